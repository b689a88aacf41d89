#ifndef IDP_CNCURSES_SHIM_H
#define IDP_CNCURSES_SHIM_H

/* Wide characters, and no macros that Swift cannot import. */
#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include <curses.h>

#endif
