// A clock that stands still, for pictures that do not change by themselves: preloaded, it answers with the seconds since
// 1970 in the file that STILL_CLOCK names. Only the wall clock is false; waiting goes by the other one.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static time_t moment(void) {
  char text[32] = {0};
  const char *path = getenv("STILL_CLOCK");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return 0;
  ssize_t count = read(file, text, sizeof text - 1);
  close(file);
  return count > 0 ? atoll(text) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *result) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  int status = real(clock, result);
  if (clock == CLOCK_REALTIME && status == 0) *result = (struct timespec){.tv_sec = moment()};
  return status;
}

time_t time(time_t *result) {
  time_t now = moment();
  if (result) *result = now;
  return now;
}
