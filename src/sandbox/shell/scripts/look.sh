# Tells whether anything runs that was launched in this boot, and else with which code the last of it ended. Words: `look`,
# mark, a word that means nothing.
running=0 ended=0 last=
for one in "$base"/*/launched; do
  one=${one%/launched}
  [ -d "$one" ] || continue
  judge "$one"
  if [ "$standing" = running ]; then
    running=$((running + 1))
  else
    ended=$((ended + 1))
    { [ -z "$last" ] || [ "$one/code" -nt "$last/code" ]; } && last=$one
  fi
done
code=
[ -n "$last" ] && judge "$last"
tell end "$running" "$ended" "${code:--}"
