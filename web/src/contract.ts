// The report document as TypeScript sees it. ../report.schema.json says what each key means and is
// held against these types by test/unit/contract.test.mjs, which validates every sample.

export interface HostInterval {
  low?: number | null;
  high?: number | null;
  method?: string;
  unmeasured?: string | null;
}

export interface Proportion {
  hits: number;
  total: number;
  value: number | null;
  low?: number | null;
  high?: number | null;
  method?: string;
  unmeasured?: string | null;
  by_host?: HostInterval | null;
}

export interface Rate {
  value: number | null;
  low?: number | null;
  high?: number | null;
  count?: number;
  host_days?: number;
  per?: string;
  method?: string;
  unmeasured?: string | null;
  by_host?: HostInterval | null;
}

export interface Rule {
  name: string;
  rule_id?: string;
  version?: number | null;
  file?: string;
  severity?: string;
  query?: string;
  maxspan_s?: number | null;
  steps?: string[];
}

export interface SweepPoint {
  value: number;
  recall?: Proportion;
  precision?: Proportion;
  false_alarms?: Rate;
  latency?: { p50?: number | null; p95?: number | null };
}

export interface Sweep {
  parameter: string;
  unit?: string;
  current?: number | null;
  points: SweepPoint[];
}

export interface Variant {
  name: string;
  detail?: string;
  recall: Proportion;
  false_alarms: Rate;
  on_front?: boolean;
  is_current?: boolean;
  diff?: string;
}

export type Outcome = "caught" | "missed" | "alerted" | "silent";

export interface IncidentEvent {
  at_seconds: number;
  role?: string;
  what: string;
  user?: string;
  faults?: string[];
  process?: { pid: number; parent?: number | null; name?: string };
  stages?: number[];
  in_alert?: boolean;
}

export interface Term {
  text: string;
  truth: boolean;
  value?: string;
}

export interface IncidentStep {
  state: "met" | "failed" | "absent";
  event?: number | null;
  terms?: Term[];
}

export interface Reason {
  code?: string;
  text: string;
  step?: number | null;
}

export interface Incident {
  id: string;
  scenario?: string;
  title?: string;
  family?: string;
  tags?: string[];
  intent?: string;
  behaviour?: string;
  host_name?: string;
  persona?: string;
  agent_version?: string;
  outcome: Outcome;
  reason?: Reason;
  first?: string;
  alert_time?: string | null;
  steps?: IncidentStep[];
  events?: IncidentEvent[];
}

export interface Change {
  kind: string;
  what: string;
  before?: string | null;
  after?: string | null;
}

export interface Moved {
  id: string;
  scenario?: string;
  title?: string;
  intent?: string;
  reason?: string;
}

export interface Metric {
  name: string;
  unit?: string;
  better?: "up" | "down";
  before: number | null;
  after: number | null;
  interval?: { low: number; high: number; method?: string } | null;
  certain?: boolean;
}

export interface Diff {
  equivalent?: boolean | null;
  changes?: Change[];
  gained?: Moved[];
  lost?: Moved[];
  metrics?: Metric[];
}

export interface Check {
  name: string;
  status: "pass" | "fail" | "warn" | "skip";
  detail?: string;
  file?: string;
  line?: number | null;
}

export interface Gate {
  verdict: "pass" | "fail" | "warn";
  reason?: string;
  checks?: Check[];
}

/** A scorecard is the program's own JSON, in whichever version: read through `Reader` alone. */
export type Scorecard = Record<string, unknown>;

export interface ReportDocument {
  eqlab_report: 1;
  title?: string;
  command?: string;
  tool_version?: string;
  rules: Rule[];
  scores?: Scorecard[];
  sweeps?: Sweep[];
  pareto?: Variant[];
  incidents?: Incident[];
  diff?: Diff;
  gate?: Gate;
}
