# What makes the library small, beside the profile `small`: the scripts here read it in. docs/bindings.md says what it gave.
#
# Two small files of plain tables are kept: SQLite's indexes of words and of space, and its JSON, stay out.
LIBSQLITE3_FLAGS="-USQLITE_ENABLE_FTS3 -USQLITE_ENABLE_FTS3_PARENTHESIS -USQLITE_ENABLE_FTS5 -USQLITE_ENABLE_RTREE"
LIBSQLITE3_FLAGS="$LIBSQLITE3_FLAGS -USQLITE_ENABLE_DBSTAT_VTAB -USQLITE_ENABLE_STAT4 -DSQLITE_OMIT_JSON"
# No panic passes through C.
CFLAGS="${CFLAGS:-} -fno-asynchronous-unwind-tables"
export LIBSQLITE3_FLAGS CFLAGS
# Functions of the same code are there once, and the addresses to be mended at the start are packed (glibc from 2.36 on).
case $(uname -s) in
Linux) link="-C link-arg=-Wl,--icf=all -C link-arg=-Wl,-z,pack-relative-relocs" ;;
*) link="" ;;
esac
