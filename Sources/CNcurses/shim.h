#ifndef IDP_CNCURSES_SHIM_H
#define IDP_CNCURSES_SHIM_H

/* Wide characters, and no macros that Swift cannot import. */
#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include <curses.h>
#include <stdint.h>
#include <wchar.h>

/* A feature-test macro hides it in <wchar.h>; it is in every libc that has ncursesw. */
extern int wcwidth(wchar_t c);

/* Global variables as functions: Swift 6 refuses global variables of C, because any thread could change them. */
static inline WINDOW *idp_screen(void) { return stdscr; }
static inline WINDOW *idp_terminal(void) { return curscr; }
static inline int idp_colors(void) { return COLORS; }

/* Macros with casts, which Swift does not import. */
static inline attr_t idp_bold(void) { return A_BOLD; }
static inline attr_t idp_dim(void) { return A_DIM; }
static inline attr_t idp_reverse(void) { return A_REVERSE; }
static inline attr_t idp_underline(void) { return A_UNDERLINE; }

/* Writes one cell: a character and the marks over it, ended by a 0. */
static inline int idp_put(int row, int column, const wchar_t *text, attr_t attributes, short pair) {
  cchar_t cell;
  if (setcchar(&cell, text, attributes, pair, (void *)0) == ERR) return ERR;
  return mvwadd_wch(stdscr, row, column, &cell);
}

/* A string capability of the terminal, or NULL: terminfo answers -1 for what is no string. */
extern char *tigetstr(const char *name);
static inline const char *idp_capability(const char *name) {
  const char *value = tigetstr((char *)(uintptr_t)name);
  return value == (const char *)-1 ? (const char *)0 : value;
}

#endif
