# Starts a program once per boot and id. Words: `start`, mark, directory, digest, `exec` or `launch`, limit of each stream
# in bytes, seconds until it is ended (0: never), tenths of a second between TERM and KILL, working directory, then the
# program's own words.
digest=$4 mode=$5 limit=$6 timeout=$7 grace=$8 place=$9
shift 9
mask=$(umask)
umask 077
[ "$place" = . ] || cd "$place" || { tell no-directory; exit; }

# Runs as a session of its own where that is possible, so that all that it starts can be ended with it.
session=setsid group=-
command -v setsid >/dev/null || session= group=

# Keeps the beginning of a stream, written as it comes, and reads on without keeping: a program must not end because
# nobody reads what it writes. The limit counts blocks of 512 or 1024 bytes, so a little more is kept than is shown.
keep() {
  (ulimit -c 0; ulimit -f $((limit / 512 + 1)); exec cat) >"$1"
  exec cat >/dev/null
}

# Ends all of it when its time is up: first with TERM, then with KILL.
watch() {
  trap "give_up" TERM
  sleep "$timeout" &
  sleeper=$!
  if ! wait "$sleeper"; then
    sleep $((${timeout%.*} + 1)) &
    sleeper=$!
    wait "$sleeper"
  fi
  : >"$dir/timeout"
  finish
}
give_up() { kill "$sleeper"; exit; }
finish() {
  kill -TERM "$group$pid"
  ticks=0
  while [ "$ticks" -lt "$grace" ] && kill -0 "$group$pid"; do pause; done
  kill -KILL "$group$pid"
}

# The two streams go through pipes, because a file could not be bounded. Each is redirected by `exec` in a subshell of its own:
# for a redirection of a group some shells keep a copy of the old stream, and a stream ends only when nobody holds it any more.
# What the shell itself says of a process that a signal ended is no output of the program's.
run() {
  (
    exec 3>&1 >/dev/null
    (
      exec 4>&1 >&3 3>&-
      (umask "$mask"; exec $session @PROGRAM@) 2>&4 4>&- &
      pid=$!
      inspect "$pid"
      echo "$pid ${started:-0} ${group:-0}" >"$dir/pid"
      watcher=
      [ "$timeout" = 0 ] || { (exec >/dev/null 4>&-; watch) & watcher=$!; }
      wait "$pid"
      code=$? how=exit
      if [ -e "$dir/timeout" ]; then
        how=timeout
        wait "$watcher"
      elif [ -n "$watcher" ]; then
        kill "$watcher"
      fi
      echo "$code $how" >"$dir/code"
      (exec >/dev/null 4>&-; sleep 1; : >"$dir/done"; [ -e "$dir/waiter" ] && kill -USR1 $$) &
    ) | (exec 3>&-; keep "$dir/err")
  ) | keep "$dir/out"
  : >"$dir/done"
}

if [ ! -d "$base" ]; then
  mkdir -p "$base"
  for old in /tmp/.rensei/*; do [ "$old" = "$base" ] || rm -rf "$old"; done
fi
if mkdir "$dir"; then
  mkdir "$dir/$digest"
  echo "$limit" >"$dir/limit"
  if [ "$mode" = launch ]; then
    : >"$dir/launched"
    (exec </dev/null >/dev/null; run "$@") &
    tell new
    exit
  fi
  # Results of finished ones are kept for a repetition, which comes soon or never.
  for old in $(ls -t "$base" | tail -n +64); do
    [ -e "$base/$old/done" ] && [ ! -e "$base/$old/launched" ] && rm -rf "$base/$old"
  done
  : >"$dir/waiter"
  trap : USR1
  (exec </dev/null >/dev/null; run "$@") &
  wait "$!"
  rm "$dir/waiter"
elif [ -d "$dir" ]; then
  ticks=0
  until [ -d "$dir/$digest" ]; do
    [ "$ticks" -ge 10 ] && { tell other; exit; }
    pause
  done
  [ "$mode" = launch ] && { tell again; exit; }
  # Somebody else has begun it, and this waits for what came of it.
  ticks=0
  until [ -e "$dir/done" ]; do
    [ "$ticks" -ge $((${timeout%.*} * 10 + grace + 30)) ] && break
    pause
  done
else
  tell no-place
  exit
fi
judge "$dir"
report 0 0 "$limit" "$limit" each
