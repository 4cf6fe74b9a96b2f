// What somebody probably meant by a name that does not exist.

/** Names that mean the same in one place or another, in the spelling of `folded`. Of a group, the first one that is known where the
 * name stands is proposed. */
const SAME: ReadonlyArray<readonly string[]> = [
  'credential secret apikey key token password auth creds',
  'sessionreadtoken readtoken token',
  'runtimejwt jwt token',
  'registrationtoken token',
  'apiurl url baseurl endpoint daytonaapiurl',
  'daemonurl url endpoint',
  'organizationid organization org orgid',
  'env envvars environment envs vars variables environmentvariables',
  'image workerimage img imagename dockerimage containerimage',
  'vcpu cpu cpus cores cpucount numcpus vcpus',
  'memorymb memory mem memmb ram rammb memorymib memorygb',
  'diskmb disk storage diskgb diskmib',
  'gpu gpus gpucount',
  'timeoutsec idletimeoutseconds idletimeout idletimeoutsec idlesec timeout timeoutseconds',
  'timeoutms timeout',
  'deadlinems timeoutms deadline timeout',
  'maxdurationsec maxdurationseconds maxduration maxlifetime lifetime ttl',
  'sessionid session id',
  'externalid sandboxid extid id',
  'poolid pool id',
  'providerid provider',
  'metadata meta',
  'region target zone',
  'command cmd argv args arguments entrypoint',
  'argv command cmd args arguments words',
  'workingdirectory cwd workdir dir directory',
  'maxoutputbytes maxoutput maxbytes',
  'signal abortsignal abort abortcontroller controller',
  'config configuration configs settings',
  'maxconcurrentcalls maxconcurrent maxconcurrency concurrency poolsize instances',
  'allowedorigins origins allowedhosts allowlist',
  'fetch fetchimpl fetchfn customfetch',
  'environment env',
  'onevent hook listener logger',
  'extraca ca cas cert certificate certificates',
  'runtimeprovides provides',
  'label labels tags',
].map((group) => group.split(' '));

/** Letters and digits only, in lower case. */
const folded = (name: string): string => name.replace(/[^0-9a-z]/gi, '').toLowerCase();

/** Longest name for which another one is proposed, in characters. */
const LONGEST = 40;

/** The known name that means the same as one that is not known; null: none does. */
export function synonym(name: string, known: readonly string[]): string | null {
  if (name.length > LONGEST) return null;
  const wanted = folded(name);
  const same = known.find((candidate) => folded(candidate) === wanted);
  if (same !== undefined) return same;
  for (const group of SAME) {
    if (!group.includes(wanted)) continue;
    const found = group.map((word) => known.find((candidate) => folded(candidate) === word)).find((candidate) => candidate !== undefined);
    if (found !== undefined) return found;
  }
  return null;
}

/** The known name that is nearest to one that is not known; null: nothing is near. */
export function nearest(name: string, known: readonly string[]): string | null {
  const same = synonym(name, known);
  if (same !== null || name.length > LONGEST) return same;
  const wanted = folded(name);
  let best: string | null = null;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  const spellings = known.flatMap((candidate) => {
    const own = folded(candidate);
    return [own, ...SAME.filter(([first]) => first === own).flat()].map((spelled) => [spelled, candidate] as const);
  });
  for (const [spelled, candidate] of spellings) {
    const away = distance(wanted, spelled);
    if (away < least) [best, least] = [candidate, away];
  }
  return best;
}

/** How many letters have to be put in, taken out, replaced or exchanged with their neighbour. */
function distance(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row += 1) {
    const now = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const equal = one[row - 1] === other[column - 1];
      let cost = Math.min(last[column]! + 1, now[column - 1]! + 1, last[column - 1]! + (equal ? 0 : 1));
      if (row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]) {
        cost = Math.min(cost, before[column - 2]! + 1);
      }
      now.push(cost);
    }
    [before, last] = [last, now];
  }
  return last[other.length]!;
}
