dnl Flags of ours. They end in AM_ variables, never in CFLAGS, which stays the user's.
AC_DEFUN([OB_WARNINGS], [
  OB_WARN="-std=gnu11 -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes"
  OB_WARN="$OB_WARN -Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wwrite-strings"
  OB_WARN="$OB_WARN -Wformat=2 -Wvla -Wundef -Wswitch-enum -Wimplicit-fallthrough"
  OB_WARN="$OB_WARN -Wunused-result -fno-common -fno-strict-aliasing"
  AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [treat warnings as errors])],
    [AS_IF([test "$enableval" = yes], [OB_WARN="$OB_WARN -Werror"])])
  AC_SUBST([OB_WARN])
])
AC_DEFUN([OB_SANITIZERS], [
  AC_ARG_ENABLE([sanitizers], [AS_HELP_STRING([--enable-sanitizers], [build with ASan and UBSan])],
    [], [enable_sanitizers=no])
  AS_IF([test "$enable_sanitizers" = yes],
    [OB_SAN="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"],
    [OB_SAN=])
  AC_SUBST([OB_SAN])
])
AC_DEFUN([OB_COVERAGE], [
  AC_ARG_ENABLE([coverage], [AS_HELP_STRING([--enable-coverage], [count executed lines for gcov])],
    [], [enable_coverage=no])
  AS_IF([test "$enable_coverage" = yes], [OB_COV="--coverage -fprofile-update=atomic"], [OB_COV=])
  AC_SUBST([OB_COV])
])
dnl RELIABILITY 6.9; each flag is asked for, because clang knows fewer of them.
AC_DEFUN([OB_TRY_FLAG], [
  AC_CACHE_CHECK([whether $CC takes $1], [AS_TR_SH([ob_cv_flag_$1])], [
    ob_saved="$CFLAGS"; CFLAGS="$CFLAGS -Werror $1"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
      [AS_VAR_SET([AS_TR_SH([ob_cv_flag_$1])], [yes])],
      [AS_VAR_SET([AS_TR_SH([ob_cv_flag_$1])], [no])])
    CFLAGS="$ob_saved"])
  AS_VAR_IF([AS_TR_SH([ob_cv_flag_$1])], [yes], [$2="$$2 $1"])
])
AC_DEFUN([OB_HARDENING], [
  OB_HARD_CFLAGS=; OB_HARD_LDFLAGS=
  AC_ARG_ENABLE([hardening], [AS_HELP_STRING([--disable-hardening], [leave out the hardening flags])],
    [], [enable_hardening=yes])
  AS_IF([test "$enable_hardening" = yes && test "$enable_sanitizers" != yes], [
    OB_HARD_CFLAGS="-fPIE"
    OB_HARD_LDFLAGS="-pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack"
    OB_TRY_FLAG([-fstack-protector-strong], [OB_HARD_CFLAGS])
    OB_TRY_FLAG([-fstack-clash-protection], [OB_HARD_CFLAGS])
    OB_TRY_FLAG([-fcf-protection=full], [OB_HARD_CFLAGS])
    OB_TRY_FLAG([-ftrivial-auto-var-init=zero], [OB_HARD_CFLAGS])
    OB_TRY_FLAG([-fzero-call-used-regs=used-gpr], [OB_HARD_CFLAGS])
    AS_CASE(["$CFLAGS"], [*-O0*], [],
      [*-O*], [OB_HARD_CFLAGS="$OB_HARD_CFLAGS -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3"])
  ])
  AC_SUBST([OB_HARD_CFLAGS])
  AC_SUBST([OB_HARD_LDFLAGS])
])
dnl What only tests may have; --version names them, so that nobody ships them.
AC_DEFUN([OB_TEST_FEATURES], [
  AC_ARG_ENABLE([test-clock], [AS_HELP_STRING([--enable-test-clock], [let a file set the time (tests and demo only)])],
    [], [enable_test_clock=no])
  AS_IF([test "$enable_test_clock" = yes],
    [AC_DEFINE([OB_TEST_CLOCK], [1], [Let a file set the time])])
  AC_ARG_ENABLE([fault-points], [AS_HELP_STRING([--enable-fault-points], [let tests stop the program at named points])],
    [], [enable_fault_points=no])
  AS_IF([test "$enable_fault_points" = yes],
    [AC_DEFINE([OB_FAULT_POINTS], [1], [Let tests stop the program at named points])])
])
