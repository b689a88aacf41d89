#ifndef IDP_CLINUX_SHIM_H
#define IDP_CLINUX_SHIM_H

#include <sys/prctl.h>

/* prctl takes a variable number of arguments, which Swift does not import. */
static inline int idp_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

#endif
