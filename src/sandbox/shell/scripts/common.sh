# What all scripts share. Nothing of ours may reach the reply but by `tell` and by the output of a process.
exec 2>/dev/null
mark=$2

# A line of ours in the reply.
tell() { echo; echo "$mark $*"; }

# Waits a tenth of a second, or a whole one where sleep knows no fractions, and counts tenths.
pause() {
  if sleep 0.1; then ticks=$((ticks + 1)); else sleep 1; ticks=$((ticks + 10)); fi
}

# State and start time of a process; both empty where there is none. Its name, in brackets, may contain anything.
inspect() {
  state= started=
  line=$(cat "/proc/$1/stat") || return
  fields ${line##*") "}
}
fields() { state=$1; shift 19; started=$1; }

# The directory of this boot. Files below /tmp outlive a stop of the sandbox, the processes that they tell of do not; the
# start of the first process, together with the machine's boot, is of this run of the sandbox alone.
inspect 1
boot=$(cat /proc/sys/kernel/random/boot_id)
run=${started:-0}
base=/tmp/.rensei/${boot:-0}-$run
dir=$base/$3

# How a process stands: `running`, `ended` with its code, or `lost`: it is gone, and nothing wrote a code. A process that
# has just begun or ended is given a second to be written down.
judge() {
  ticks=0
  while :; do
    code= how= pid= since= group=
    read -r code how <"$1/code"
    [ -n "$how" ] && { standing=ended; return; }
    read -r pid since group <"$1/pid"
    [ -n "$group" ] && inspect "$pid" && [ "$started" = "$since" ] && [ "$state" != Z ] && { standing=running; return; }
    [ "$ticks" -ge 10 ] && { standing=lost; return; }
    pause
  done
}

# Waits until all output of an ended process is written, but not for what it left running in the background.
settle() {
  ticks=0
  until [ -e "$1/done" ] || [ "$ticks" -ge 15 ]; do pause; done
}

# Prints at most so many bytes of a file, from an offset, and leaves in `part` how many and in `size` how many there are.
part() {
  size=$(wc -c <"$1")
  size=$((size)) part=0
  [ "$size" -gt "$2" ] && part=$((size - $2))
  [ "$part" -gt "$3" ] && part=$3
  [ "$part" -gt 0 ] && tail -c +"$(($2 + 1))" "$1" | head -c "$part"
}

# Prints what a process wrote, from an offset of each stream, and how it stands. Of a file that grew over its limit, what
# lies beyond it was never kept.
report() {
  read -r limit <"$dir/limit"
  echo; echo "$mark"
  most=$3
  [ "$1" -lt "$limit" ] || most=0
  [ $(($1 + most)) -gt "$limit" ] && most=$((limit - $1))
  part "$dir/out" "$1" "$most"
  out=$part out_size=$size
  echo; echo "$mark"
  most=$4
  [ "$5" = shared ] && most=$(($4 - out))
  [ "$2" -lt "$limit" ] || most=0
  [ $(($2 + most)) -gt "$limit" ] && most=$((limit - $2))
  [ "$most" -gt 0 ] || most=0
  part "$dir/err" "$2" "$most"
  tell end "$standing" "${code:--}" "${how:--}" "$out" "$out_size" "$part" "$size" "$limit" "$run"
}
