// Generated from wit/ by `cargo xtask generate`. Do not edit.

import { bool, call, enumeration, json, list, option, pairs, record, result, s32, text, u16, u32 } from '../binding/abi.ts';

export const credential = record([
  ['secret', text],
  ['apiUrl', option(text)],
  ['organizationId', option(text)],
]);
export const context = record([
  ['organizationId', option(text)],
  ['poolId', text],
  ['config', json],
  ['credential', option(credential)],
  ['deadlineMs', option(u32)],
  ['extensions', pairs],
]);
export const resources = record([
  ['vCpu', option(u32)],
  ['memoryMb', option(u32)],
  ['diskMb', option(u32)],
  ['gpu', option(u32)],
  ['timeoutSec', option(u32)],
]);
export const spec = record([
  ['sessionId', text],
  ['image', option(text)],
  ['command', option(list(text))],
  ['env', pairs],
  ['labels', pairs],
  ['resources', resources],
  ['maxDurationSec', option(u32)],
  ['region', option(text)],
  ['extensions', pairs],
]);
export const handle = record([
  ['providerId', text],
  ['externalId', text],
  ['metadata', pairs],
]);
export const status = enumeration(['provisioning', 'running', 'failed', 'terminated'] as const);
export const phase = enumeration(['starting', 'running', 'stopping', 'stopped', 'paused', 'archiving', 'archived', 'failed', 'terminating', 'destroyed', 'unknown'] as const);
export const state = record([
  ['status', status],
  ['phase', phase],
  ['providerState', text],
  ['reason', option(text)],
  ['recoverable', bool],
  ['details', pairs],
]);
export const termination = enumeration(['requested', 'gone'] as const);
export const errorCode = enumeration(['invalid-config', 'invalid-spec', 'unauthenticated', 'permission-denied', 'not-found', 'conflict', 'quota-exceeded', 'rate-limited', 'no-capacity', 'unsupported', 'unavailable', 'timeout', 'egress-denied', 'protocol', 'internal'] as const);
export const errorRecord = record([
  ['code', errorCode],
  ['message', text],
  ['retryable', bool],
  ['retryAfterMs', option(u32)],
  ['maybeApplied', bool],
  ['httpStatus', option(u16)],
  ['details', pairs],
]);
export const declaration = record([
  ['runtimeKinds', list(text)],
  ['requirementKinds', list(text)],
]);
export const severity = enumeration(['error', 'warning', 'note'] as const);
export const finding = record([
  ['severity', severity],
  ['rule', text],
  ['path', text],
  ['message', text],
  ['remedy', option(text)],
]);
export const transportModel = enumeration(['dial-in', 'dial-out', 'either'] as const);
export const idleCostModel = enumeration(['zero', 'storage-only', 'metered'] as const);
export const billingModel = enumeration(['wall-clock', 'active-cpu', 'invocation', 'fixed'] as const);
export const egressDefault = enumeration(['allow-all', 'deny-all', 'allowlist'] as const);
export const capabilities = record([
  ['transportModel', transportModel],
  ['supportsFsSnapshot', bool],
  ['supportsPauseResume', bool],
  ['supportsCapacityQuery', bool],
  ['maxConcurrent', option(u32)],
  ['maxSessionDurationSeconds', option(u32)],
  ['regions', list(text)],
  ['os', list(text)],
  ['arch', list(text)],
  ['idleCostModel', idleCostModel],
  ['billingModel', billingModel],
  ['maxVCpu', option(u32)],
  ['maxMemoryMb', option(u32)],
  ['supportsGpu', bool],
  ['supportsCustomNetworkPolicy', bool],
  ['egressDefault', egressDefault],
  ['isA2ARemote', bool],
  ['repositoryAuthorityEnforcement', text],
  ['extensions', pairs],
]);
export const descriptor = record([
  ['id', text],
  ['displayName', text],
  ['version', text],
  ['capabilities', capabilities],
  ['provides', declaration],
  ['configSchema', text],
  ['extensions', pairs],
]);
export const item = record([
  ['handle', handle],
  ['sessionId', option(text)],
  ['state', state],
  ['createdAt', option(text)],
  ['orphanSince', option(text)],
  ['extensions', pairs],
]);
export const page = record([
  ['items', list(item)],
  ['nextCursor', option(text)],
  ['serverTime', option(text)],
]);
export const mode = enumeration(['look', 'mark', 'act'] as const);
export const action = enumeration(['kept', 'marked', 'unmarked', 'deleted', 'failed'] as const);
export const outcome = record([
  ['externalId', text],
  ['sessionId', option(text)],
  ['action', action],
  ['reason', text],
]);
export const report = record([
  ['outcomes', list(outcome)],
  ['complete', bool],
  ['serverTime', option(text)],
]);
export const condition = enumeration(['ready', 'degraded', 'unhealthy'] as const);
export const healthReport = record([
  ['condition', condition],
  ['rule', option(text)],
  ['reason', option(text)],
  ['until', option(text)],
  ['findings', list(finding)],
  ['extensions', pairs],
]);
export const explanation = record([
  ['handle', option(handle)],
  ['state', option(state)],
  ['output', option(text)],
  ['findings', list(finding)],
  ['details', pairs],
]);
export const capacityReport = record([
  ['active', u32],
  ['parked', u32],
  ['available', option(u32)],
  ['maximum', option(u32)],
  ['limit', option(text)],
  ['capturedAt', option(text)],
  ['complete', bool],
  ['details', pairs],
]);
export const command = record([
  ['argv', list(text)],
  ['env', pairs],
  ['workingDirectory', option(text)],
  ['timeoutMs', option(u32)],
  ['maxOutputBytes', option(u32)],
  ['extensions', pairs],
]);
export const completion = record([
  ['exitCode', option(s32)],
  ['stdout', text],
  ['stderr', text],
  ['truncated', bool],
  ['details', pairs],
]);
export const output = record([
  ['stdout', text],
  ['stderr', text],
  ['nextCursor', option(text)],
  ['ended', bool],
  ['exitCode', option(s32)],
  ['details', pairs],
]);
export const snapshotPhase = enumeration(['pending', 'building', 'ready', 'inactive', 'failed', 'removing', 'unknown'] as const);
export const snapshot = record([
  ['id', text],
  ['name', text],
  ['vendorName', text],
  ['phase', snapshotPhase],
  ['providerState', text],
  ['image', option(text)],
  ['reason', option(text)],
  ['createdAt', option(text)],
  ['sourceSandboxId', option(text)],
  ['details', pairs],
]);
export const snapshotPage = record([
  ['items', list(snapshot)],
  ['nextCursor', option(text)],
]);

/** Every function of the contract, by interface. */
export const interfaces = {
  provider: {
    describe: call('rensei:sandbox/provider@0.1.1#describe',
      [], descriptor),
    checkConfig: call('rensei:sandbox/provider@0.1.1#check-config',
      [['config', json]], list(finding)),
    provides: call('rensei:sandbox/provider@0.1.1#provides',
      [['runtimeProvides', option(declaration)]], declaration),
    unmet: call('rensei:sandbox/provider@0.1.1#unmet',
      [['demand', declaration], ['runtimeProvides', option(declaration)]], list(text)),
    origins: call('rensei:sandbox/provider@0.1.1#origins',
      [['context', context], ['handle', option(handle)]], result(list(text), errorRecord)),
    provision: call('rensei:sandbox/provider@0.1.1#provision',
      [['context', context], ['spec', spec]], result(handle, errorRecord)),
    locate: call('rensei:sandbox/provider@0.1.1#locate',
      [['context', context], ['sessionId', text]], result(option(handle), errorRecord)),
    status: call('rensei:sandbox/provider@0.1.1#status',
      [['context', context], ['handle', handle]], result(state, errorRecord)),
    terminate: call('rensei:sandbox/provider@0.1.1#terminate',
      [['context', context], ['handle', handle]], result(termination, errorRecord)),
  },
  inventory: {
    list: call('rensei:sandbox/inventory@0.1.1#list',
      [['context', context], ['cursor', option(text)]], result(page, errorRecord)),
    reconcile: call('rensei:sandbox/inventory@0.1.1#reconcile',
      [['context', context], ['knownSessions', list(text)], ['knownAsOf', text], ['minAgeSec', u32], ['mode', mode]], result(report, errorRecord)),
  },
  lifecycle: {
    stop: call('rensei:sandbox/lifecycle@0.1.1#stop',
      [['context', context], ['handle', handle]], result(state, errorRecord)),
    start: call('rensei:sandbox/lifecycle@0.1.1#start',
      [['context', context], ['handle', handle]], result(state, errorRecord)),
    archive: call('rensei:sandbox/lifecycle@0.1.1#archive',
      [['context', context], ['handle', handle]], result(state, errorRecord)),
    keepAlive: call('rensei:sandbox/lifecycle@0.1.1#keep-alive',
      [['context', context], ['handle', handle]], result(state, errorRecord)),
    extend: call('rensei:sandbox/lifecycle@0.1.1#extend',
      [['context', context], ['handle', handle], ['seconds', u32]], result(state, errorRecord)),
  },
  diagnostics: {
    checkSpec: call('rensei:sandbox/diagnostics@0.1.1#check-spec',
      [['context', context], ['spec', spec]], list(finding)),
    health: call('rensei:sandbox/diagnostics@0.1.1#health',
      [['context', context]], result(healthReport, errorRecord)),
    preflight: call('rensei:sandbox/diagnostics@0.1.1#preflight',
      [['context', context], ['spec', option(spec)]], result(list(finding), errorRecord)),
    explain: call('rensei:sandbox/diagnostics@0.1.1#explain',
      [['context', context], ['sessionId', text], ['handle', option(handle)]], result(explanation, errorRecord)),
    capacity: call('rensei:sandbox/diagnostics@0.1.1#capacity',
      [['context', context]], result(capacityReport, errorRecord)),
  },
  process: {
    exec: call('rensei:sandbox/process@0.1.1#exec',
      [['context', context], ['handle', handle], ['command', command]], result(completion, errorRecord)),
    launch: call('rensei:sandbox/process@0.1.1#launch',
      [['context', context], ['handle', handle], ['command', command], ['processId', option(text)]], result(text, errorRecord)),
    read: call('rensei:sandbox/process@0.1.1#read',
      [['context', context], ['handle', handle], ['processId', option(text)], ['cursor', option(text)], ['maxBytes', option(u32)]], result(output, errorRecord)),
    kill: call('rensei:sandbox/process@0.1.1#kill',
      [['context', context], ['handle', handle], ['processId', text]], result(null, errorRecord)),
  },
  snapshots: {
    capture: call('rensei:sandbox/snapshots@0.1.1#capture',
      [['context', context], ['handle', handle], ['name', text]], result(snapshot, errorRecord)),
    prepare: call('rensei:sandbox/snapshots@0.1.1#prepare',
      [['context', context], ['name', text], ['spec', spec]], result(snapshot, errorRecord)),
    get: call('rensei:sandbox/snapshots@0.1.1#get',
      [['context', context], ['name', text]], result(option(snapshot), errorRecord)),
    list: call('rensei:sandbox/snapshots@0.1.1#list',
      [['context', context], ['cursor', option(text)]], result(snapshotPage, errorRecord)),
    activate: call('rensei:sandbox/snapshots@0.1.1#activate',
      [['context', context], ['name', text]], result(snapshot, errorRecord)),
    delete: call('rensei:sandbox/snapshots@0.1.1#delete',
      [['context', context], ['name', text]], result(termination, errorRecord)),
  },
} as const;

/** Fields and parameters as the contract spells them, and as they are spelled here. */
export const fieldNames = {
  'api-url': 'apiUrl',
  'billing-model': 'billingModel',
  'captured-at': 'capturedAt',
  'config-schema': 'configSchema',
  'created-at': 'createdAt',
  'deadline-ms': 'deadlineMs',
  'disk-mb': 'diskMb',
  'display-name': 'displayName',
  'egress-default': 'egressDefault',
  'exit-code': 'exitCode',
  'external-id': 'externalId',
  'http-status': 'httpStatus',
  'idle-cost-model': 'idleCostModel',
  'is-a2a-remote': 'isA2ARemote',
  'known-as-of': 'knownAsOf',
  'known-sessions': 'knownSessions',
  'max-bytes': 'maxBytes',
  'max-concurrent': 'maxConcurrent',
  'max-duration-sec': 'maxDurationSec',
  'max-memory-mb': 'maxMemoryMb',
  'max-output-bytes': 'maxOutputBytes',
  'max-session-duration-seconds': 'maxSessionDurationSeconds',
  'max-vcpu': 'maxVCpu',
  'maybe-applied': 'maybeApplied',
  'memory-mb': 'memoryMb',
  'min-age-sec': 'minAgeSec',
  'next-cursor': 'nextCursor',
  'organization-id': 'organizationId',
  'orphan-since': 'orphanSince',
  'pool-id': 'poolId',
  'process-id': 'processId',
  'provider-id': 'providerId',
  'provider-state': 'providerState',
  'repository-authority-enforcement': 'repositoryAuthorityEnforcement',
  'requirement-kinds': 'requirementKinds',
  'retry-after-ms': 'retryAfterMs',
  'runtime-kinds': 'runtimeKinds',
  'runtime-provides': 'runtimeProvides',
  'server-time': 'serverTime',
  'session-id': 'sessionId',
  'source-sandbox-id': 'sourceSandboxId',
  'supports-capacity-query': 'supportsCapacityQuery',
  'supports-custom-network-policy': 'supportsCustomNetworkPolicy',
  'supports-fs-snapshot': 'supportsFsSnapshot',
  'supports-gpu': 'supportsGpu',
  'supports-pause-resume': 'supportsPauseResume',
  'timeout-ms': 'timeoutMs',
  'timeout-sec': 'timeoutSec',
  'transport-model': 'transportModel',
  'vcpu': 'vCpu',
  'vendor-name': 'vendorName',
  'working-directory': 'workingDirectory',
} as const;
