# Tells how a process stands and what it wrote. Words: `read`, mark, directory, offsets of stdout and stderr, bytes that may
# be told, the run of the sandbox that the offsets are of: in another one everything is told from its beginning.
[ -d "$dir" ] || { tell unknown; exit; }
[ "$7" = "$run" ] || set -- "$1" "$2" "$3" 0 0 "$6"
judge "$dir"
[ "$standing" = ended ] && settle "$dir"
report "$4" "$5" "$6" "$6" shared
