import { describe, expect, it } from '@jest/globals';
import type { AlertPolicy } from '../../../runner/core/model/canary.ts';
import { annotate, HOUR_MS, playEvents } from '../../support/alerts/alerts.ts';

const DAY_MS = 24 * HOUR_MS;

interface Script {
  /** Words of events, and behind each word its notices. */
  readonly script: string;
  readonly because: string;
}

/** Scripts are five minutes a slot; their words are explained at `playEvents`. */
function holds(policy: Partial<AlertPolicy>, scripts: readonly Script[]): void {
  it.each(scripts)('$script: $because', ({ script }) => {
    expect(annotate(playEvents(script.replace(/>\S+/g, ''), policy))).toBe(script);
  });
}

describe('two failures in a row', () => {
  holds({}, [
    { script: 'P P P P', because: 'all is well' },
    { script: 'F', because: 'one failure is not two' },
    { script: 'F P', because: 'nor is it with a pass after it' },
    { script: 'F F>opened', because: 'the second opens, at once' },
    { script: 'F F>opened F F F', because: 'further failures say nothing new' },
    { script: 'F P F P F P', because: 'never two in a row' },
    { script: 'P F F>opened', because: 'a pass before does not matter' },
    { script: 'F F>opened P>closed', because: 'one pass ends it' },
    { script: 'F F>opened D>closed', because: 'a degraded run is a pass' },
    { script: 'F F>opened P>closed P P', because: 'and it is sent once' },
    { script: 'F F>opened P>closed F', because: 'no failure is evidence twice' },
    { script: 'F F>opened P>closed F F>opened#2', because: 'two new ones are another incident' },
    { script: 'F F>opened F P>closed F P F', because: 'the old failures do not come back' },
    { script: 'D D D', because: 'degraded runs open nothing' },
    { script: 'S S S', because: 'nor do skipped ones' },
    { script: 'F S F>opened', because: 'a skipped run is passed over' },
    { script: 'F F>opened S', because: 'and ends nothing' },
  ]);
});

describe('what could not be observed', () => {
  holds({}, [
    { script: 'E E', because: 'two errors are not "no data" yet' },
    { script: 'E E E>observer-opened', because: 'three in a row are' },
    { script: 'E E P E E', because: 'a pass between shows that we see' },
    { script: 'E E F E E', because: 'as does a failure' },
    { script: 'E E E>observer-opened E', because: 'more of it says nothing new' },
    { script: 'E E E>observer-opened P', because: 'one sight is not two' },
    { script: 'E E E>observer-opened P P>observer-closed', because: 'two in a row end it' },
    { script: 'E E E>observer-opened P E P', because: 'and they must be in a row' },
    { script: 'E E E>observer-opened P F>observer-closed', because: 'a failure is a sight too' },
    {
      script: 'E E E>observer-opened F F>opened+observer-closed',
      because: 'the notice of the target comes first',
    },
    { script: 'E E E>observer-opened P P>observer-closed E', because: 'no error is evidence twice' },
    {
      script: 'E E E>observer-opened P P>observer-closed E E E>observer-opened#2',
      because: 'three new ones are another incident',
    },
    { script: 'F E F>opened', because: 'an error is passed over on the way to an incident' },
    { script: 'F E E F>opened', because: 'however many there are' },
    { script: 'F E P F', because: 'but not a pass' },
    { script: 'F F>opened E E E>observer-opened', because: 'errors do not end an incident of the target' },
    {
      script: 'F F>opened E E E>observer-opened P>closed P>observer-closed',
      because: 'the two end each by its own rule',
    },
    { script: 'M M M>observer-opened', because: 'a missed slot is a slot without data' },
    { script: 'E M E>observer-opened', because: 'whichever way it could not' },
    { script: 'M*3>observer-opened', because: 'missed slots recorded together count one by one' },
    { script: 'M*2', because: 'and no more than there were' },
    { script: 'M*2 E>observer-opened', because: 'together with others' },
    { script: 'M*500>observer-opened P P>observer-closed', because: 'a whole night is one incident' },
    { script: 'M*2 P M*2 P M*2', because: 'only those in a row count' },
    {
      script: 'F M*9>observer-opened F>opened',
      because: 'one sight is not two, after many as after few',
    },
  ]);
});

describe('three failures of five', () => {
  holds({ after: { failures: 3, of: 5 }, recover: 2 }, [
    { script: 'F F', because: 'two are not three' },
    { script: 'F F F>opened', because: 'three in a row are three of five' },
    { script: 'F P F P F>opened', because: 'as are three among five' },
    { script: 'F P P F P F', because: 'but not three among six' },
    { script: 'F P P P F P F', because: 'nor among seven' },
    { script: 'F P P F F>opened', because: 'the fifth still counts the first' },
    { script: 'F F P P P', because: 'a pass opens nothing' },
    { script: 'F F P P P F', because: 'and the first has left the five by then' },
    { script: 'F F P P F>opened', because: 'while here it has not' },
    { script: 'F E F E E F>opened', because: 'errors take no place among the five' },
    { script: 'F F F>opened P', because: 'one pass is not two' },
    { script: 'F F F>opened P F P', because: 'two in a row are asked for' },
    { script: 'F F F>opened P P>closed', because: 'and end it' },
    { script: 'F F F>opened P E P>closed', because: 'an error between is passed over' },
    { script: 'F F F>opened P P>closed F F', because: 'what opened it is spent' },
    { script: 'F F F>opened P P>closed F F F>opened#2', because: 'it takes three new ones' },
    {
      script: 'F F F>opened F P F P P>closed F P F',
      because: 'failures within an incident are spent with it',
    },
  ]);
});

describe('the first failure', () => {
  holds({ after: { failures: 1, of: 1 } }, [
    { script: 'F>opened', because: 'the first run counts like any other' },
    { script: 'P F>opened', because: 'one failure opens' },
    { script: 'F>opened P>closed', because: 'one pass ends it' },
    { script: 'E F>opened', because: 'an error before is no hindrance' },
  ]);
  holds({ after: { failures: 1, of: 3 } }, [
    { script: 'F>opened P>closed P P', because: 'one of three opens with the failure, never with a pass' },
  ]);
});

describe('slots out of turn', () => {
  holds({ after: { failures: 2, of: 3 } }, [
    { script: 'F F@1', because: 'a slot counts once, however often it is applied' },
    { script: 'F F@1 F@1', because: 'three times too' },
    { script: 'F P@1 F>opened', because: 'the first word about a slot stands' },
    { script: 'F P P F@2', because: 'even where a later one differs' },
    { script: '+5m F P F@1>opened', because: 'a late failure that is still among the three counts' },
    { script: '+5m F P P F@1', because: 'one that no longer is does not' },
    { script: 'F F>opened P>closed F F@3', because: 'a slot with a verdict keeps it after the end' },
    { script: '+10m F F>opened P@1', because: 'a pass older than the failures ends nothing' },
    { script: '+10m F F>opened P>closed F@2 F', because: 'a failure older than the end is spent' },
    { script: '+5m E E P E@1', because: 'late errors are no newer than the sight after them' },
    { script: 'E P E E P@2', because: 'the second slot has been seen already' },
    { script: '+5m E E E@1>observer-opened', because: 'a late error completes three' },
    { script: '+5m P F E E@1 E E>observer-opened', because: 'as many as the newest in a row' },
    { script: '+5m F F>opened E', because: 'a hole in the slots is no failure' },
  ]);
});

describe('maintenance and silence', () => {
  holds({}, [
    { script: '( F F )', because: 'no notice is sent inside the window' },
    { script: '( F F ) .>opened', because: 'an incident that is still open is sent after it' },
    { script: '( F F ) F>opened', because: 'with the first thing that happens' },
    { script: '( F F ) P', because: 'what was over by then never was' },
    { script: '( F F P ) .', because: 'nor is what was over inside' },
    { script: 'F F>opened ( P ) .>closed', because: 'an end inside the window is sent after it' },
    { script: 'F F>opened ( P F F ) .>closed+opened#2', because: 'as are an end and another beginning' },
    { script: 'F F>opened ( P F F P ) .>closed', because: 'of two ends, the one that people wait for' },
    { script: '( E E E ) .>observer-opened', because: 'it mutes the observer stream alike' },
    { script: 'F ( E ) F>opened', because: 'the window changes no verdict' },
    { script: 'F ( P ) F', because: 'nor hides one' },
    { script: 'P F F>opened ( critical F ) .>upgraded!critical', because: 'an upgrade waits for the end' },
    { script: 'F F>opened ( +3h . ) .>reminder', because: 'missed reminders are one' },
    { script: 'silence:1h F F', because: 'a silence mutes' },
    { script: 'silence:1h F F +1h .>opened', because: 'until its time is over' },
    { script: 'silence:599s F F>opened', because: 'to the second' },
    { script: 'silence:600s F F .>opened', because: 'and not a second less' },
    { script: 'silence:1h F F unsilence>opened', because: 'or until it is taken back' },
    { script: 'silence:3d +24h F F>opened', because: 'it lasts a day at most' },
    { script: 'silence:3d +23h F F', because: 'but that day' },
    { script: 'silence:1h silence:1s . F F>opened', because: 'a new one takes the place of the old' },
    { script: 'silence:1h ( F F ) .', because: 'where both mute, both must end' },
    {
      script: 'silence:1h delete silence:1s . recreate F F>opened',
      because: 'a deleted canary takes silences too',
    },
  ]);
});

describe('reminders', () => {
  holds({}, [
    { script: 'F F>opened +3598s . .>reminder', because: 'an hour after people were notified' },
    { script: 'F F>opened +1h .>reminder +1h .>reminder2', because: 'and each hour again' },
    {
      script: 'F F>opened +1h .>reminder +3597s . .>reminder2',
      because: 'counted from the beginning, not from the last',
    },
    { script: 'F F>opened +1h .>reminder +3598s .>reminder2', because: 'so that they do not drift' },
    { script: 'F F>opened +5h .>reminder . .', because: 'those missed collapse into one' },
    { script: 'F F>opened +5h .>reminder +1h .>reminder2', because: 'and keep their distance' },
    { script: 'F F>opened +1h F>reminder', because: 'any event may bring one' },
    { script: 'F F>opened +1h P>closed', because: 'but not the end' },
    { script: 'E E E>observer-opened +1h .>observer-reminder', because: 'the observer stream reminds alike' },
    { script: 'F F>opened remind:10m +10m .>reminder', because: 'by the policy of the day' },
    {
      script: 'F F>opened +5h .>reminder remind:4h +4h .>reminder2',
      because: 'a longer distance is counted from the last one',
    },
    { script: 'P F F>opened +1h critical F>upgraded!critical .', because: 'an upgrade reminds as well' },
    {
      script: '( F F +3h ) .>opened +3598s . .>reminder',
      because: 'no reminder follows where no notice was sent',
    },
  ]);
});

describe('acknowledgement', () => {
  holds({}, [
    { script: 'F F>opened ack:2h +1h .', because: 'no reminder while it is acknowledged' },
    {
      script: 'F F>opened ack:90m +1h . +31m .>reminder',
      because: 'what fell due meanwhile comes when that ends',
    },
    { script: 'F F>opened ack:90m +1h . . . +31m .>reminder', because: 'wherever the ticks fell' },
    {
      script: 'F F>opened ack:90m +91m .>reminder +29m .>reminder2',
      because: 'and the next at its own time',
    },
    { script: 'F F>opened ack:30m +31m . +30m .>reminder', because: 'nothing comes where nothing fell due' },
    { script: 'F F>opened ack:1h +3598s . .>reminder', because: 'to the second' },
    { script: 'F F>opened ack:7d +25h .>reminder', because: 'it lasts a day at most' },
    { script: 'F F>opened ack:7d +23h .', because: 'but that day' },
    { script: 'F F>opened ack:2h P>closed', because: 'the end is sent all the same' },
    { script: 'P F F>opened ack:9h critical F>upgraded!critical', because: 'as is an upgrade' },
    {
      script: 'P F F>opened ack:9h critical F>upgraded!critical +1h .>reminder!critical',
      because: 'which the acknowledgement did not mean',
    },
    {
      script: 'F F>opened ack:9h P>closed F F>opened#2 +1h .>reminder#2',
      because: 'nor did it mean the next',
    },
    { script: 'ack:9h F F>opened +1h .>reminder', because: 'there was nothing to acknowledge' },
    {
      script: 'F ( F ack:9h ) .>opened +1h .>reminder',
      because: 'nor was there before people were notified',
    },
    { script: 'E E E>observer-opened ack:2h +1h .', because: 'no data is acknowledged alike' },
    { script: 'F F>opened ack:2h ack:1s . +1h .>reminder', because: 'a new one takes the place of the old' },
  ]);
});

describe('severity', () => {
  holds({}, [
    { script: 'P critical F F>opened!critical', because: 'as the canary says' },
    { script: 'P F critical F>opened!critical', because: 'the worst of what opened it' },
    { script: 'P critical F info F>opened!critical', because: 'whichever came first' },
    {
      script: 'P info F F>opened!info warning F>upgraded critical F>upgraded2!critical',
      because: 'it rises, and people are notified',
    },
    { script: 'F F>opened critical .', because: 'with the next failure, not with the edit' },
    {
      script: 'P F F>opened critical F>upgraded!critical warning F P>closed!critical',
      because: 'it never falls before the end',
    },
    { script: 'F F>opened info F P>closed', because: 'not by the edit either' },
    {
      script: 'P critical F F>opened!critical P>closed!critical warning F F>opened#2',
      because: 'the next one starts anew',
    },
    { script: 'P critical E E E>observer-opened!critical', because: 'no data is as severe as what it hides' },
    { script: 'critical P F warning F>opened!critical', because: 'a failure keeps the severity that it had' },
    { script: 'critical F F>opened', because: 'a canary that has never passed sends no page' },
    { script: 'critical E E E>observer-opened', because: 'nor does one that could never be checked' },
    { script: 'info F F>opened!info', because: 'which raises no severity' },
    {
      script: 'critical recover:2 F F>opened P F>upgraded!critical',
      because: 'what passed once may page',
    },
  ]);
});

describe('policy edits', () => {
  holds({}, [
    { script: 'F after:1 F>opened', because: 'the new policy judges the next run' },
    { script: 'F F>opened after:5 F P>closed', because: 'an open incident stays open' },
    { script: 'F F>opened recover:2 P P>closed', because: 'and ends by the policy of the day' },
    { script: 'F F>opened recover:3 P P recover:1 .', because: 'but only a pass ends it' },
    { script: 'F F>opened recover:3 P P recover:1 P>closed', because: 'like this one' },
    { script: 'F F>opened +1d after:9 .>reminder P>closed', because: 'and no belief is lost' },
    { script: 'F P F after:2/3 .', because: 'an edit alone opens nothing' },
    { script: 'F P F P after:3/5 F>opened', because: 'though what came before it is judged by it' },
  ]);
  holds({ after: { failures: 20, of: 20 }, recover: 20, remindMs: DAY_MS }, [
    {
      script: `${'F '.repeat(19)}F>opened ${'P '.repeat(19)}P>closed`,
      because: 'as many are kept as the policy asks for',
    },
  ]);
});

describe('pause, deletion and return', () => {
  holds({}, [
    { script: 'pause F F F', because: 'a paused canary is not judged' },
    { script: 'F pause resume F', because: 'what came before is no evidence after' },
    { script: 'F pause F resume F F>opened', because: 'nor what came in between' },
    { script: 'F F>opened pause P', because: 'an open incident stays open' },
    { script: 'F F>opened pause P resume P>closed', because: 'until a run after it passes' },
    { script: 'F F>opened pause resume F', because: 'or goes on with one that fails' },
    { script: 'F F>opened pause +6d .', because: 'no reminder is sent each hour' },
    { script: 'F F>opened pause +604797s . .>reminder', because: 'but each week' },
    { script: 'F F>opened pause +2h resume>reminder', because: 'or when it is taken up again' },
    {
      script: 'E E E>observer-opened pause>observer-closed(paused)',
      because: 'a paused canary cannot lack data',
    },
    { script: 'E E pause resume E', because: 'errors before a pause are spent too' },
    { script: 'pause pause resume F F>opened', because: 'one resumption is enough' },
    { script: 'F resume F>opened', because: 'an active canary has nothing to resume' },
    { script: 'F F>opened pause delete>closed(deleted)', because: 'it may be deleted while paused' },
    { script: 'pause delete recreate F F>opened', because: 'and is active when it returns' },
    { script: 'F F>opened delete>closed(deleted)', because: 'deletion ends an incident' },
    {
      script: 'F F>opened E E E>observer-opened delete>closed(deleted)+observer-closed(deleted)',
      because: 'or both',
    },
    {
      script: 'F F>opened delete>closed(deleted) . P F F pause resume ack:1h .',
      because: 'and then nothing more is said',
    },
    { script: 'F delete F', because: 'a deleted canary is not judged' },
    { script: 'delete wrong', because: 'nor troubled' },
    { script: 'F delete recreate F', because: 'a new canary has no failures behind it' },
    {
      script: 'F F>opened delete>closed(deleted) recreate F F>opened#2',
      because: 'it counts on, so that no incident has two lives',
    },
    { script: 'F recreate F>opened', because: 'one that is there is not made again' },
    { script: 'F F>opened ( delete ) .>closed(deleted)', because: 'the end waits for the window' },
    { script: 'F F>opened silence:1h delete . +1h .>closed(deleted)', because: 'and for the silence' },
    {
      script: 'F F>opened silence:1h delete unsilence>closed(deleted)',
      because: 'which can be taken back then too',
    },
    {
      script: 'F F>opened ( delete recreate ) .>closed(deleted)',
      because: 'a return does not swallow the end',
    },
    {
      script: 'F F>opened ( delete recreate F F ) .>closed(deleted)+opened#2',
      because: 'nor what comes after it',
    },
    { script: 'F F>opened ( P delete ) .>closed', because: 'what had ended by itself was resolved' },
    { script: '( F F delete ) .', because: 'no end is sent without a beginning' },
    { script: 'delete delete recreate P', because: 'deleting twice is deleting' },
  ]);
});

describe('a problem that no run shows', () => {
  holds({}, [
    { script: 'wrong>observer-opened', because: 'it is sent at once' },
    { script: 'wrong>observer-opened wrong', because: 'and once' },
    { script: 'wrong>observer-opened +1h .>observer-reminder', because: 'with reminders' },
    { script: 'wrong>observer-opened right>observer-closed', because: 'until it is over' },
    { script: 'right', because: 'nothing was wrong' },
    {
      script: 'E E E>observer-opened wrong P P>observer-closed',
      because: 'there is one incident of no data at a time',
    },
  ]);
});

describe('flapping', () => {
  const round = 'F F>opened P>closed F F>opened#2 P>closed#2 F F>opened#3~';

  holds({ remindMs: 7 * DAY_MS }, [
    { script: round, because: 'the third beginning within two hours says so' },
    { script: `${round} P P P`, because: 'and is held open' },
    { script: `${round} +55m P>closed#3~`, because: 'for an hour without a failure' },
    { script: `${round} +50m P`, because: 'and not a slot less' },
    { script: `${round} +50m F +50m P P>closed#3~`, because: 'which a failure begins anew' },
    { script: `${round} +55m E P>closed#3~`, because: 'and an error does not' },
    { script: `${round} +55m . P>closed#3~`, because: 'it takes a pass to end it, not time' },
    { script: `${round} +55m P>closed#3~ F F>opened#4~ +110m P`, because: 'the next is held for two hours' },
    { script: `${round} +55m P>closed#3~ F F>opened#4~ +115m P>closed#4~`, because: 'to the slot' },
    {
      script: `${round} +55m P>closed#3~ F F>opened#4~ +115m P>closed#4~ F F>opened#5~ +235m P>closed#5~ F F>opened#6~ +475m P>closed#6~ F F>opened#7~ +470m P P>closed#7~`,
      because: 'eight hours are the longest',
    },
    { script: `${round} +55m P>closed#3~ +1370m F F>opened#4~`, because: 'it is remembered for a day' },
    { script: `${round} +55m P>closed#3~ +1375m F F>opened#4 P>closed#4`, because: 'and then forgotten' },
    {
      script: 'F F>opened P>closed +50m F F>opened#2 P>closed#2 +40m F F>opened#3~',
      because: 'three in two hours are flapping',
    },
    {
      script: 'F F>opened P>closed +50m F F>opened#2 P>closed#2 +45m F F>opened#3 P>closed#3',
      because: 'three in more are not',
    },
    {
      script: 'F F>opened P>closed +7h F F>opened#2 P>closed#2 +7h F F>opened#3 P>closed#3 +7h F F>opened#4~',
      because: 'four in a day are flapping, though they come slowly',
    },
    {
      script:
        'F F>opened P>closed +7h F F>opened#2 P>closed#2 +7h F F>opened#3 P>closed#3 +555m F F>opened#4~',
      because: 'to the slot',
    },
    {
      script:
        'F F>opened P>closed +7h F F>opened#2 P>closed#2 +7h F F>opened#3 P>closed#3 +560m F F>opened#4 P>closed#4',
      because: 'four in more than a day are not',
    },
    { script: `${round} delete>closed#3~(deleted)`, because: 'deletion is not held back' },
    { script: `${round} delete>closed#3~(deleted) recreate F F>opened#4~`, because: 'and does not hide it' },
    {
      script:
        'E E E>observer-opened P P>observer-closed E E E>observer-opened#2 P P>observer-closed#2 E E E>observer-opened#3~ P P',
      because: 'no data is held open alike',
    },
  ]);
});

describe('what drafts of these rules got wrong', () => {
  holds({}, [
    {
      script: 'F F>opened silence:1h delete silence:1s .>closed(deleted)',
      because: 'a deleted canary must take silences, or its end is never sent',
    },
    {
      script: 'F F>opened ack:90m +80m . +9m . . +1m .>reminder',
      because: 'what fell due during an acknowledgement must not depend on ticks',
    },
    { script: 'F F>opened P>closed P F', because: 'spent failures must not open again' },
    {
      script: 'F F>opened P>closed F F>opened#2 P>closed#2 F F>opened#3~ +55m P>closed#3~ F F>opened#4~',
      because: 'openings must be remembered when flapping ends, or it begins anew',
    },
  ]);
});
