#!/bin/sh
# Outlives the test process: when its standard input ends, whatever ended it, the server that was announced last is
# killed with everything below it, and the folder is removed. Each line of the input is the process id of a server.
folder=$1
trap '' INT TERM HUP

kill_tree() {
  kill -STOP "$1" 2>/dev/null || return 0
  for stat in /proc/[0-9]*/stat; do
    # It may have ended in the meantime.
    { read -r line <"$stat"; } 2>/dev/null || continue
    rest=${line##*) }
    # shellcheck disable=SC2086
    set -- "$1" $rest
    if [ "$3" = "$1" ]; then
      child=${line%% *}
      (kill_tree "$child")
    fi
  done
  kill -KILL "$1" 2>/dev/null
}

pid=
while read -r line; do pid=$line; done
[ -n "$pid" ] && kill_tree "$pid"
rm -rf "$folder"
