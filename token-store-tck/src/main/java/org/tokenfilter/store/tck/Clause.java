package org.tokenfilter.store.tck;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * A clause of the contract in one sentence, with the usual cause of its violation. A test belongs
 * to the clause with which its name begins: {@code s05_} is {@link #S05}.
 */
enum Clause {
  S01(
      "insert",
      "a group never has more live records than its limit, and a child's parent is live",
      "the count and the insertion are two steps: lock the group (and the parent) first"),
  S02(
      "insert",
      "an id is given once, to a live or a dead record",
      "an upsert, or an index that misses dead records"),
  S03(
      "find",
      "what was acknowledged on any node is found on every node",
      "a cache, a read replica, or a transaction that began before"),
  S04(
      "find",
      "revoked and expired records are found for at least the retention",
      "a condition in the query: finding does not judge the record"),
  S05(
      "renew",
      "times move forward only, and only for records that are live at the caller's time",
      "a plain assignment instead of the later time, or another clock than the caller's"),
  S06(
      "renew",
      "nothing revives a dead record",
      "a whole record is written back, or the condition is checked before the write"),
  S07(
      "replace",
      "the revocation and the successor come both or neither, for one of many callers",
      "the version, the limit or the life is checked before the write and not within it"),
  S08(
      "revoke",
      "a revocation is final, and the first one wins, on live and expired records alike",
      "the write does not require that the record is unrevoked, or looks at its deadline"),
  S09(
      "revoke",
      "children are revoked in the same step as their parent, and none slips in",
      "the children are read before the parent is locked"),
  S10(
      "revokeAll",
      "nothing of the selection stays live, nor a successor of it",
      "the selection is read once; or its limit is applied before its exceptions"),
  S11(
      "list",
      "pages hold the live records from newest to oldest, without gap or repetition",
      "pages by number or by time alone: the position is the time and the id"),
  S12(
      "changes",
      "each acknowledged change is in the chain of answers once asked for, however late its commit",
      "a position by time or by a sequence: numbers are drawn in another order than commits"),
  S13(
      "sweep",
      "expired records are revoked and dead ones deleted, and no others",
      "a deadline that was moved by a renewal, or a boundary that counts as before"),
  S14(
      "close",
      "closing is idempotent and closes only what the store opened",
      "a pool that is shared with the other node"),
  S15(
      "fidelity",
      "values are returned exactly as stored, to the millisecond and to the bit",
      "a character set, a collation, a type without milliseconds, or a column that is missing"),
  S16(
      "failures",
      "an unknown outcome is an exception in bounded time, and never an answer",
      "an exception that is caught and answered as 'not found', or a wait without an end"),
  S17(
      "watch",
      "a store can be watched, and the watch can be stopped",
      "a call that throws instead of doing nothing"),
  S18("threads", "calls start no threads that stay", "a pool or a timer for each call"),
  S19(
      "amend",
      "the details change for one of many callers that expect a version; all else stays",
      "the version is compared before the write and not within it, or the whole record is written"),
  S20(
      "find",
      "many ids are found in one call, and a record that cannot be read is named",
      "one record that cannot be read fails the call, or is answered as unknown"),
  S21(
      "shards",
      "all shards together hold everything, and one that does not answer holds up no other",
      "a call that asks all shards, or that waits for them in one pool"),
  S22(
      "mark",
      "exactly one caller gets a mark until its end",
      "a check and a write in two steps, or a write that moves the end of another caller's mark");

  private final String subject;
  private final String sentence;
  private final String usualCause;

  Clause(String subject, String sentence, String usualCause) {
    this.subject = subject;
    this.sentence = sentence;
    this.usualCause = usualCause;
  }

  /** Returns the clause of a test; empty if its name does not begin with one. */
  static Optional<Clause> ofTest(String method) {
    return Arrays.stream(values())
        .filter(clause -> method.startsWith(clause.name().toLowerCase(Locale.ROOT) + "_"))
        .findAny();
  }

  /** Returns the beginning of the description of a failure. */
  String described() {
    return "S%d %s: %s. Usual cause: %s."
        .formatted(Integer.parseInt(name().substring(1)), subject, sentence, usualCause);
  }
}
