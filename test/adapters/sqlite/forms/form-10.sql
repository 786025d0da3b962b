PRAGMA application_id = 1668243820;
PRAGMA user_version = 10;
BEGIN TRANSACTION;
CREATE TABLE alerts (
    canary TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    writer TEXT NOT NULL,
    dueAtMs REAL,                 -- when the earliest notice may be tried; null without notices
    state TEXT NOT NULL
  , checksum INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "alerts" VALUES('orders',1,'w',NULL,'{"canary":"orders","version":1,"writer":"w","alert":{"form":2,"incarnation":"k3v9","about":{"canary":"orders","project":"shop","environment":"test","owner":"team","tags":[],"source":"orders.canary.yaml"},"life":"active","samples":[],"target":{"incidents":0,"evidenceAfterMs":0,"openings":[],"flapLevel":0},"observer":{"incidents":0,"evidenceAfterMs":0,"openings":[],"flapLevel":0},"deliveredTo":{},"statusUpdates":0},"outbox":[]}',3074546342);
CREATE TABLE attempts (
    canary TEXT NOT NULL,
    atMs REAL NOT NULL,
    key TEXT NOT NULL,            -- distinguishes the attempts of one canary and moment
    attempt TEXT NOT NULL,
    checksum INTEGER NOT NULL,
    PRIMARY KEY (canary, atMs, key)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE cleanups (
    runId TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    writer TEXT NOT NULL,
    dueAtMs REAL NOT NULL,
    entry TEXT NOT NULL
  , checksum INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "cleanups" VALUES('00000000000000000000000000000002',1,'me',1700000000000.0,'{"runId":"00000000000000000000000000000002","canary":"orders","startedAtMs":1700000000000,"seed":"00000000000000000000000000000002","owner":{"user":"anna","host":"elsewhere","pid":1},"vars":{},"saves":{},"withheld":[],"awaited":[],"steps":[{"mode":"act","id":"undo","name":"undo","kind":"send","input":{},"save":{},"timeoutMs":10000,"correlate":true,"at":{"file":"test.canary.yaml","line":1,"column":1}}],"dueAtMs":1700000000000,"tries":0,"version":1,"writer":"me"}',822778522);
CREATE TABLE leases (name TEXT PRIMARY KEY, owner TEXT NOT NULL, untilMs REAL NOT NULL) STRICT;
INSERT INTO "leases" VALUES('runner','me',1700000060000.0);
CREATE TABLE lineage (id TEXT NOT NULL, writes INTEGER NOT NULL) STRICT;
INSERT INTO "lineage" VALUES('94d9fb69dfa306e922c6446d7432e088',17);
CREATE TABLE namespace (project TEXT NOT NULL, environment TEXT NOT NULL) STRICT;
INSERT INTO "namespace" VALUES('shop','test');
CREATE TABLE records (
    canary TEXT NOT NULL,
    atMs REAL NOT NULL,
    key TEXT NOT NULL,            -- 'slot', or which run outside the slots: 'late|<run id>', 'extra|<run id>'
    outcome TEXT NOT NULL,
    leaseUntilMs REAL NOT NULL,
    applied INTEGER NOT NULL,
    record TEXT NOT NULL, checksum INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (canary, atMs, key)
  ) STRICT, WITHOUT ROWID;
INSERT INTO "records" VALUES('orders',1700000000000.0,'slot','passed',1700000060000.0,1,'{"canary":"orders","slotAtMs":1700000000000,"state":"done","owner":"me","fence":1,"leaseUntilMs":1700000060000,"writtenAtMs":1700000000000,"count":1,"applied":true,"run":{"runId":"00000000000000000000000000000001","verdict":"passed","reason":"","startedAtMs":1700000000000,"durationMs":1234}}',4166553098);
INSERT INTO "records" VALUES('orders',1700000030000.0,'extra|00000000000000000000000000000009','extra passed',0.0,1,'{"canary":"orders","atMs":1700000030000,"what":"extra","count":1,"run":{"runId":"00000000000000000000000000000009","verdict":"passed","reason":"","startedAtMs":1700000030000,"durationMs":1234}}',2687363393);
INSERT INTO "records" VALUES('orders',1700000060000.0,'slot','failed',1700000120000.0,1,'{"canary":"orders","slotAtMs":1700000060000,"state":"done","owner":"me","fence":1,"leaseUntilMs":1700000120000,"writtenAtMs":1700000060000,"count":1,"applied":true,"run":{"runId":"00000000000000000000000000000002","verdict":"failed","reason":"the order came late","startedAtMs":1700000060000,"durationMs":1234}}',392368090);
INSERT INTO "records" VALUES('orders',1700000120000.0,'slot','passed',1700000180000.0,1,'{"canary":"orders","slotAtMs":1700000120000,"state":"done","owner":"me","fence":1,"leaseUntilMs":1700000180000,"writtenAtMs":1700000120000,"count":1,"applied":true,"run":{"runId":"00000000000000000000000000000003","verdict":"passed","reason":"","startedAtMs":1700000120000,"durationMs":1234}}',4191006918);
INSERT INTO "records" VALUES('orders',1700000180000.0,'slot','error',1700000240000.0,0,'{"canary":"orders","slotAtMs":1700000180000,"state":"done","owner":"me","fence":1,"leaseUntilMs":1700000240000,"writtenAtMs":1700000180000,"count":1,"applied":false,"run":{"runId":"00000000000000000000000000000004","verdict":"error","reason":"the order came late","startedAtMs":1700000180000,"durationMs":1234}}',3464698045);
INSERT INTO "records" VALUES('orders',1700000240000.0,'slot','running',1700000300000.0,0,'{"canary":"orders","slotAtMs":1700000240000,"state":"running","owner":"me","fence":1,"leaseUntilMs":1700000300000,"writtenAtMs":1700000240000,"count":1,"applied":false}',1765069496);
CREATE TABLE results (runId TEXT PRIMARY KEY, startedAtMs REAL NOT NULL, result TEXT NOT NULL, checksum INTEGER NOT NULL DEFAULT 0, passedBy TEXT) STRICT;
INSERT INTO "results" VALUES('00000000000000000000000000000001',1700000000000.0,'{"runId":"00000000000000000000000000000001","canary":"orders","verdict":"passed","reason":"","environment":"default","owner":"team-test","tags":[],"slotAtMs":1700000000000,"startedAtMs":1700000000000,"durationMs":1234,"steps":[{"stepId":"a-step","name":"A step","kind":"thing","mode":"expect","verdict":"passed","reason":"","startedAtMs":1700000000250,"durationMs":1000,"attempts":1,"checks":[],"evidence":[],"hop":"the thing","saved":{},"nearby":[],"quotes":[],"at":{"file":"test.canary.yaml","line":1,"column":1}}],"cleanup":[],"trail":[],"source":"test.canary.yaml","interrupted":false}',2613942465,'orders');
INSERT INTO "results" VALUES('00000000000000000000000000000002',1700000060000.0,'{"runId":"00000000000000000000000000000002","canary":"orders","verdict":"failed","reason":"the order came late","environment":"default","owner":"team-test","tags":[],"slotAtMs":1700000060000,"startedAtMs":1700000060000,"durationMs":1234,"steps":[{"stepId":"a-step","name":"A step","kind":"thing","mode":"expect","verdict":"failed","reason":"","startedAtMs":1700000000250,"durationMs":1000,"attempts":1,"checks":[],"evidence":[],"hop":"the thing","saved":{},"nearby":[],"quotes":[],"at":{"file":"test.canary.yaml","line":1,"column":1}}],"cleanup":[],"trail":[],"source":"test.canary.yaml","interrupted":false}',1133469838,NULL);
INSERT INTO "results" VALUES('00000000000000000000000000000003',1700000120000.0,'{"runId":"00000000000000000000000000000003","canary":"orders","verdict":"passed","reason":"","environment":"default","owner":"team-test","tags":[],"slotAtMs":1700000120000,"startedAtMs":1700000120000,"durationMs":1234,"steps":[{"stepId":"a-step","name":"A step","kind":"thing","mode":"expect","verdict":"passed","reason":"","startedAtMs":1700000000250,"durationMs":1000,"attempts":1,"checks":[],"evidence":[],"hop":"the thing","saved":{},"nearby":[],"quotes":[],"at":{"file":"test.canary.yaml","line":1,"column":1}}],"cleanup":[],"trail":[],"source":"test.canary.yaml","interrupted":false}',1540454343,'orders');
INSERT INTO "results" VALUES('00000000000000000000000000000004',1700000180000.0,'{"runId":"00000000000000000000000000000004","canary":"orders","verdict":"error","reason":"the order came late","environment":"default","owner":"team-test","tags":[],"slotAtMs":1700000180000,"startedAtMs":1700000180000,"durationMs":1234,"steps":[{"stepId":"a-step","name":"A step","kind":"thing","mode":"expect","verdict":"error","reason":"","startedAtMs":1700000000250,"durationMs":1000,"attempts":1,"checks":[],"evidence":[],"hop":"the thing","saved":{},"nearby":[],"quotes":[],"at":{"file":"test.canary.yaml","line":1,"column":1}}],"cleanup":[],"trail":[],"source":"test.canary.yaml","interrupted":false}',3512075983,NULL);
INSERT INTO "results" VALUES('00000000000000000000000000000009',1700000030000.0,'{"runId":"00000000000000000000000000000009","canary":"orders","verdict":"passed","reason":"","environment":"default","owner":"team-test","tags":[],"slotAtMs":1700000030000,"startedAtMs":1700000030000,"durationMs":1234,"steps":[],"cleanup":[],"trail":[],"source":"test.canary.yaml","interrupted":false}',863604960,'orders');
CREATE TABLE watermarks (canary TEXT PRIMARY KEY, toMs REAL NOT NULL, schedule TEXT NOT NULL) STRICT;
INSERT INTO "watermarks" VALUES('orders',1700000300000.0,'every 60000');
CREATE INDEX recordsUnapplied ON records (atMs) WHERE applied = 0 AND outcome <> 'running';
CREATE INDEX resultsByTime ON results (startedAtMs);
CREATE INDEX alertsDue ON alerts (dueAtMs) WHERE dueAtMs IS NOT NULL;
CREATE INDEX resultsPassed ON results (passedBy) WHERE passedBy IS NOT NULL;
CREATE INDEX recordsByAge ON records (atMs DESC, canary, key DESC);
CREATE INDEX recordsRunning ON records (canary) WHERE outcome = 'running';
CREATE INDEX cleanupsDue ON cleanups (dueAtMs, runId);
CREATE INDEX attemptsByAge ON attempts (atMs DESC, canary, key DESC);
COMMIT;
