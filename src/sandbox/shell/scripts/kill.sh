# Ends a process and all that it started. Words: `kill`, mark, directory, tenths of a second between TERM and KILL, and
# after KILL.
[ -d "$dir" ] || { tell unknown; exit; }
judge "$dir"
read -r pid since group <"$dir/pid"
[ "$group" = 0 ] && group=
# Of one that has ended, others may be left. Its number is not given anew while its group exists; a process that has the
# number now is another one.
if [ "$standing" != running ] && { inspect "$pid"; [ -n "$state" ] || [ -z "$group" ]; }; then
  tell end "$standing"
  exit
fi
gone() { [ "$standing" != running ] && ! kill -0 "$group$pid"; }
# Whether the code is there, without waiting for it.
check() { read -r code how <"$dir/code"; [ -n "$how" ] && standing=ended; }
for signal in TERM KILL; do
  kill -$signal "$group$pid"
  ticks=0
  [ $signal = TERM ] && most=$4 || most=$5
  until check; gone; do
    [ "$ticks" -ge "$most" ] && break
    pause
  done
  gone && break
done
tell end "$standing"
