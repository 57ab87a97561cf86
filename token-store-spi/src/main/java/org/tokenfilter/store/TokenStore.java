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
 * A store of token records for any number of nodes. All methods may be called by many threads and
 * on many nodes at once. Each call takes effect as a whole or not at all, except that {@link
 * #renew}, {@link #revokeAll} and {@link #sweep} may fail between two records, a parent and its
 * children counting as one.
 *
 * <p>A store makes no decisions of its own: it compares the times given by its caller, and returns
 * what it changed. All methods guarantee:
 *
 * <ul>
 *   <li><b>S15</b> Fidelity: instants to the millisecond in any time zone, any Unicode subject up
 *       to 255 characters and attributes up to 8 KiB are returned exactly as stored; ids are
 *       compared by all of their bits (beware of case-insensitive collations).
 *   <li><b>S16</b> {@link TokenStoreException} if the outcome is unknown; never "not found" if the
 *       data could not be read. The duration of each call is bounded.
 *   <li><b>S18</b> No threads, clock or randomness of its own that a caller can notice, except the
 *       clock of S12, the retention of S4, and one daemon thread from {@link #watch} until the
 *       watch is closed.
 * </ul>
 *
 * <p>A record is <em>live at</em> a time if {@link TokenRecord#liveAt} is true. It is <em>dead</em>
 * from its deadline or its revocation, whichever comes first.
 */
public interface TokenStore extends AutoCloseable {

  /**
   * Stores a new record.
   *
   * <p><b>S1</b> The record is stored if and only if its group holds fewer than {@code limit} live
   * records at {@code now}. If the group is full, {@link Limit.Policy#REJECT} returns {@link
   * InsertResult.Outcome#GROUP_FULL} and changes nothing; {@link Limit.Policy#EVICT_OLDEST} revokes
   * as many of the oldest records (by issuedAt, then id) as needed, but never the new record's own
   * parent, with {@link RevocationReason#EVICTED} at {@code now}, and returns their ids. With any
   * number of concurrent insertions, on any nodes, there are never more live records than the
   * limit. The parent, if there is one, must be live at {@code now} and cannot be revoked between
   * the check and the insertion; otherwise the result is {@link InsertResult.Outcome#PARENT_ENDED}.
   *
   * @throws DuplicateTokenException <b>S2</b> if a record with this id exists, live or dead;
   *     nothing changes
   * @throws IllegalArgumentException if the record is revoked, or its parent has a parent itself;
   *     nothing changes
   * @throws TokenStoreException if the outcome is unknown (S16)
   */
  InsertResult insert(TokenRecord record, Limit limit, Instant now);

  /**
   * Returns the record with this id, or empty if there is none.
   *
   * <p><b>S3</b> The result reflects every write that was acknowledged on any node before the call.
   * <b>S4</b> Revoked and expired records are returned as well, for at least the retention after
   * their revocation or deadline: their validation is up to the service.
   *
   * @throws TokenStoreException if the outcome is unknown (S16)
   */
  Optional<TokenRecord> find(TokenId id);

  /**
   * Renews records.
   *
   * <p><b>S5</b> Moves lastUsedAt and idleExpiresAt forward, never back, and only for records that
   * are live at {@code now}, whatever {@link Renewal#usedAt()} is. One call renews many records
   * with a bounded number of round trips. <b>S6</b> Nothing revives a dead record.
   *
   * @param renewals the renewals; each id at most once
   * @return the ids that were not renewed, because they are revoked, expired or unknown
   * @throws TokenStoreException if the outcome is unknown (S16)
   */
  Set<TokenId> renew(Collection<Renewal> renewals, Instant now);

  /**
   * Replaces a record by a successor.
   *
   * <p><b>S7</b> Revokes {@code id} with {@link RevocationReason#REPLACED} at {@code now} and the
   * successor's id, and inserts the successor, which must have the same group, without checking the
   * limit: both or neither, if and only if {@code id} is live at {@code now}. Of any number of
   * concurrent calls exactly one returns true. The children of {@code id} are revoked with it (S9).
   *
   * @return whether the record was replaced; if false, nothing changed
   * @throws DuplicateTokenException if a record with the successor's id exists (S2); nothing
   *     changes
   * @throws IllegalArgumentException if the successor has another group, is revoked or has a
   *     parent; nothing changes
   * @throws TokenStoreException if the outcome is unknown (S16)
   */
  boolean replace(TokenId id, TokenRecord successor, Instant now);

  /**
   * Revokes a record.
   *
   * <p><b>S8</b> A revocation is final and the first one wins, on live and on expired records
   * alike. <b>S9</b> The children of the record are revoked in the same step, with the same reason
   * and time but without a successor. No child can be inserted concurrently and remain live.
   *
   * @return the ids that this call revoked, first the record's, then its children's; empty if the
   *     record was revoked already or is unknown
   * @throws TokenStoreException if the outcome is unknown (S16)
   */
  List<TokenId> revoke(TokenId id, Revocation revocation);

  /**
   * Revokes many records of a subject.
   *
   * <p><b>S10</b> Revokes at most {@code limit} records of the selection that were issued no later
   * than 60 s after {@code revocation.at}, and their children. The 60 s include a login on a node
   * whose clock is ahead.
   *
   * @return the ids that this call revoked, children included; if there are {@code limit} or more,
   *     the caller must call again
   * @throws TokenStoreException if the outcome is unknown (S16)
   */
  List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit);

  /**
   * Returns a page of a subject's records that are live at {@code now}.
   *
   * <p><b>S11</b> The records are ordered from newest to oldest. A page has at most {@code limit}
   * records; the next page starts after the position of the last one.
   *
   * @param after the position of the last record of the previous page; null for the first page
   * @throws TokenStoreException if the outcome is unknown (S16)
   */
  List<TokenRecord> list(String subject, Instant now, @Nullable PageCursor after, int limit);

  /**
   * Returns the recent revocations.
   *
   * <p><b>S12</b> The result contains every id whose revocation was acknowledged within the last
   * {@code window} <em>by the store's own clock</em>, whatever the callers' clocks say and however
   * late a write was committed. It may contain more ids, but must not lack one.
   *
   * <p>An answer that implies that a record was revoked before acknowledges that revocation as
   * well. Such answers are:
   *
   * <ul>
   *   <li>an empty result of {@link #revoke}, for the record,
   *   <li>any result of {@link #revoke}, for children that were revoked before,
   *   <li>false from {@link #replace}, for the record,
   *   <li>a result of {@link #revokeAll} that revokes fewer records than its limit, for all records
   *       of the subject.
   * </ul>
   *
   * <p>If such a revocation may have been committed too late to be seen by nodes that poll
   * regularly, its window starts with that answer.
   *
   * <p>Only records that a {@link #sweep} has revoked because of their own deadline may be left
   * out, since each node detects expiry by itself.
   *
   * @param window the length of the window; at most the retention
   * @param limit the maximum number of ids; if there are more, {@link RecentRevocations#complete()}
   *     is false
   * @throws TokenStoreException if the outcome is unknown (S16)
   */
  RecentRevocations revokedWithin(Duration window, int limit);

  /**
   * Revokes expired records and deletes dead ones, a bounded number per call.
   *
   * <p><b>S13</b> Revokes with {@link RevocationReason#EXPIRED} records whose deadline is before
   * {@code expiredBefore}, and deletes records that were dead before {@code deadBefore}, and no
   * others. Many nodes may sweep at once, and a sweep never blocks renewals. A sweep without due
   * records is cheap, whatever the number of live records. The store keeps the times of the next
   * visits by itself, and renewals do not move them.
   *
   * @param limit the maximum number of records to visit
   * @throws TokenStoreException if the outcome is unknown (S16)
   */
  SweepResult sweep(Instant expiredBefore, Instant deadBefore, int limit);

  /**
   * Notifies a listener of revocations on any node as they happen, if the store supports this.
   *
   * <p><b>S17</b> Notifications are best effort: they may be lost or repeated, so callers must rely
   * on {@link #revokedWithin}. The default implementation does nothing.
   *
   * @param ended the listener, called on the store's thread; it must return quickly and must not
   *     throw
   * @return a handle that stops the notifications when closed
   */
  default AutoCloseable watch(Consumer<TokenId> ended) {
    return () -> {};
  }

  /** <b>S14</b> Closes the resources that the store opened itself, and no others. Idempotent. */
  @Override
  void close();
}
