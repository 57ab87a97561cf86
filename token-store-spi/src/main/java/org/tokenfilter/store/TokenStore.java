package org.tokenfilter.store;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps token records for any number of nodes. All of its methods may be called by many threads and
 * on many nodes at once; each takes effect as a whole or not at all, but that renew, endAll and
 * sweep may fail between two records, a parent and its children counting as one.
 *
 * <p>A store does not judge: it compares the times that its caller gives, and answers what it
 * changed. What every method promises:
 *
 * <ul>
 *   <li><b>S15</b> Fidelity: instants to the millisecond whatever the time zone, any Unicode
 *       subject to 255 characters and attributes to 8 KiB come back exactly; ids differ by every
 *       bit (beware of collations that fold case).
 *   <li><b>S16</b> {@link TokenStoreException} when the answer is not known; never "not found" for
 *       "could not ask". Each call is bounded in time.
 *   <li><b>S18</b> No threads, clock or randomness of its own that a caller can notice, but for the
 *       clock of S12, the retention of S4, and one daemon thread between {@link #watch} and its
 *       closing.
 * </ul>
 *
 * <p>A record is <em>live at</em> a time as {@link TokenRecord#liveAt} says; it is <em>dead</em>
 * from its deadline or its end, whichever came first.
 */
public interface TokenStore extends AutoCloseable {

  /**
   * Stores a new record.
   *
   * <p><b>S1</b> It is stored if and only if its group holds fewer than {@code limit} live records
   * at {@code now}. Over the limit, {@link Limit.Policy#REJECT} answers {@link
   * Insertion.Outcome#GROUP_FULL} and changes nothing; {@link Limit.Policy#EVICT_OLDEST} ends as
   * many of the oldest (by issuedAt, then id) as it takes, but never the record's own parent, with
   * {@link Reason#EVICTED} at {@code now}, and names them. Of any number of concurrent insertions,
   * on any nodes, never more than the limit are live. The parent, where there is one, must be live
   * at {@code now} and cannot end between the check and the insertion; else {@link
   * Insertion.Outcome#PARENT_ENDED}.
   *
   * @throws DuplicateTokenException <b>S2</b> if a record with this id exists, dead or alive;
   *     nothing changes
   * @throws IllegalArgumentException if the record has ended, or its parent has a parent itself;
   *     nothing changes
   * @throws TokenStoreException S16
   */
  Insertion insert(TokenRecord record, Limit limit, Instant now);

  /**
   * The record with this id, if there is one.
   *
   * <p><b>S3</b> It sees every write that was acknowledged before it was called, on any node.
   * <b>S4</b> It answers ended and expired records too, for at least the retention after their
   * death: to judge them is the service's work.
   *
   * @throws TokenStoreException S16
   */
  Optional<TokenRecord> find(TokenId id);

  /**
   * Keeps uses.
   *
   * <p><b>S5</b> Moves lastUsedAt and idleExpiresAt forward, never back, and only for records that
   * are live at {@code now}, whatever {@link Renewal#usedAt()} is. One call, many records, a
   * bounded number of round trips. <b>S6</b> Nothing revives a record.
   *
   * @param renewals each id once
   * @return the ids that were not renewed: ended, expired or unknown
   * @throws TokenStoreException S16
   */
  Set<TokenId> renew(Collection<Renewal> renewals, Instant now);

  /**
   * Puts a successor in a record's place.
   *
   * <p><b>S7</b> Ends {@code id} with {@link Reason#REPLACED} at {@code now}, naming its successor,
   * and inserts the successor, which has the same group, without counting it: both or neither, if
   * and only if {@code id} is live at {@code now}. Of any number of concurrent calls exactly one
   * answers true. The children of {@code id} end with it (S9).
   *
   * @throws DuplicateTokenException S2
   * @throws IllegalArgumentException if the successor is of another group, has ended or has a
   *     parent; nothing changes
   * @throws TokenStoreException S16
   */
  boolean replace(TokenId id, TokenRecord successor, Instant now);

  /**
   * Ends a record.
   *
   * <p><b>S8</b> The end is final and the first one wins, on live and on expired records alike.
   * <b>S9</b> Ending a record ends its children in the same step, with the same reason and time (a
   * successor is the record's alone); no child can slip in meanwhile.
   *
   * @return the ids that this call ended, the record's first, then its children's; empty if it had
   *     ended already or is unknown
   * @throws TokenStoreException S16
   */
  List<TokenId> end(TokenId id, Ending ending);

  /**
   * Ends many records of a subject.
   *
   * <p><b>S10</b> Ends at most {@code limit} records of the selection, and their children, that
   * were issued no later than 60 s after {@code ending.at}: a log-in on a node whose clock is ahead
   * is not missed.
   *
   * @return the ids that this call ended, children included; while there are {@code limit} or more,
   *     call again
   * @throws TokenStoreException S16
   */
  List<TokenId> endAll(Selection selection, Ending ending, int limit);

  /**
   * A subject's records that are live at {@code now}.
   *
   * <p><b>S11</b> Newest first, at most {@code limit}; the next page starts after the position of
   * the last one.
   *
   * @param after where the last page ended; null for the first
   * @throws TokenStoreException S16
   */
  List<TokenRecord> list(String subject, Instant now, @Nullable Position after, int limit);

  /**
   * What ended lately.
   *
   * <p><b>S12</b> Every id whose end was acknowledged within the last {@code window} <em>by the
   * store's own clock</em>, whatever the callers' clocks say and however late a write committed;
   * more may come, none may miss. An answer that a record has ended already acknowledges its end as
   * well: {@link #end} that is empty, {@link #replace} that is false, and {@link #endAll} that ends
   * fewer than its limit, of all that the subject had; and {@link #end}, whatever it answers, of
   * children that had ended before. Where such an end may have been committed too late for those
   * who ask again and again to have been told of it, it counts from that answer on. Only what a
   * {@link #sweep} has ended because its own deadline had passed may be left out: every node judges
   * that by itself.
   *
   * @param window at most the retention
   * @param limit the most ids to list; where there are more, {@link Ends#complete()} is false
   * @throws TokenStoreException S16
   */
  Ends endedWithin(Duration window, int limit);

  /**
   * Tidies up, a bounded number of due records a call.
   *
   * <p><b>S13</b> Ends with {@link Reason#EXPIRED} those whose deadline passed before {@code
   * expiredBefore}; deletes those dead before {@code deadBefore}, never another one. Many nodes may
   * sweep at once; a sweep never holds up renewals; finding nothing costs next to nothing whatever
   * the number of live records. The store keeps its own mark of what to look at next, which
   * renewals do not move.
   *
   * @param limit how many records to look at
   * @throws TokenStoreException S16
   */
  Sweep sweep(Instant expiredBefore, Instant deadBefore, int limit);

  /**
   * Tells of ends as they happen, on any node, where the store can.
   *
   * <p><b>S17</b> A hint that may be lost or come twice; {@link #endedWithin} is what is relied on.
   *
   * @param ended called from the store's thread; must be quick and must not throw
   * @return stops the watching
   */
  default AutoCloseable watch(Consumer<TokenId> ended) {
    return () -> {};
  }

  /** <b>S14</b> Closes what the store opened itself, and nothing else. Idempotent. */
  @Override
  void close();
}
