// What somebody probably meant by a name that does not exist.

/** Names that other interfaces have for the same thing. */
const ALIASES: Readonly<Record<string, string>> = {
  apikey: 'secret',
  key: 'secret',
  token: 'secret',
  url: 'apiUrl',
  baseurl: 'apiUrl',
  organization: 'organizationId',
  org: 'organizationId',
  orgid: 'organizationId',
  envvars: 'env',
  environmentvariables: 'env',
  environment: 'env',
  workerimage: 'image',
  cpu: 'vCpu',
  cpus: 'vCpu',
  cores: 'vCpu',
  memory: 'memoryMb',
  ram: 'memoryMb',
  disk: 'diskMb',
  timeout: 'timeoutSec',
  idletimeoutseconds: 'timeoutSec',
  timeoutms: 'deadlineMs',
  deadline: 'deadlineMs',
  maxdurationseconds: 'maxDurationSec',
  id: 'sessionId',
  session: 'sessionId',
  target: 'region',
  cmd: 'argv',
  cwd: 'workingDirectory',
  abortsignal: 'signal',
  credentials: 'credential',
  pool: 'poolId',
};

const plain = (name: string): string => name.replace(/[^0-9a-z]/gi, '').toLowerCase();

/** The known name that is nearest to one that is not known; none where nothing is near. */
export function nearest(name: string, known: readonly string[]): string | null {
  const wanted = plain(name);
  const same = known.find((candidate) => plain(candidate) === wanted);
  if (same !== undefined) return same;
  const alias = ALIASES[wanted];
  if (alias !== undefined && known.includes(alias)) return alias;
  let best: string | null = null;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  const others = Object.entries(ALIASES).filter(([, candidate]) => known.includes(candidate));
  for (const [spelled, candidate] of [...known.map((candidate) => [plain(candidate), candidate] as const), ...others]) {
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
