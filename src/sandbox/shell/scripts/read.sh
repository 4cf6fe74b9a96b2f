# Tells how a process stands and what it wrote. Words: `read`, mark, directory, offsets of stdout and stderr, bytes that may
# be told.
[ -d "$dir" ] || { tell unknown; exit; }
judge "$dir"
[ "$standing" = ended ] && settle "$dir"
report "$4" "$5" "$6" "$6" shared
