package org.tokenfilter.store;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A store of token records for any number of nodes. All methods may be called by many threads and
 * on many nodes at once. Each call takes effect as a whole or not at all, except that {@link
 * #renew}, {@link #revokeAll} and {@link #sweep} may fail between two records, a parent and its
 * children counting as one.
 *
 * <p>A store makes no decisions of its own: it compares the times given by its caller, and returns
 * what it changed. If a call must be refused for more than one reason, any of them may be the
 * answer. All methods guarantee:
 *
 * <ul>
 *   <li><b>S15</b> Fidelity: instants to the millisecond in any time zone, any Unicode subject up
 *       to 255 characters and all other texts and details up to their limits are returned exactly
 *       as stored; ids are compared by all of their bits, and texts by all of their characters
 *       (beware of case-insensitive collations).
 *   <li><b>S16</b> {@link TokenStoreException} if the outcome is unknown; never "not found" if the
 *       data could not be read. The duration of each call is bounded.
 *   <li><b>S18</b> No threads, clock or randomness of its own that a caller can notice, except the
 *       clock and the cursors of S12, the retention of S4, and one daemon thread from {@link
 *       #watch} until the watch is closed.
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
   * @throws IllegalArgumentException if the record is revoked, or its parent has a parent itself or
   *     another subject; nothing changes
   * @throws TokenStoreException if the outcome is unknown (S16)
   */
  InsertResult insert(TokenRecord record, Limit limit, Instant now);

  /**
   * Returns the records with these ids.
   *
   * <p><b>S3</b> The result reflects every write that was acknowledged on any node before the call.
   * <b>S4</b> Revoked and expired records are returned as well, for at least the retention after
   * their revocation or deadline: their validation is up to the service.
   *
   * <p><b>S20</b> One call finds many records with a bounded number of round trips. An id that is
   * absent from the result is unknown. A record that is there, but cannot be read (damaged, or
   * written by a newer edition), is {@linkplain FindResult#unreadable named} and keeps no other one
   * from being found.
   *
   * @param ids the ids, each once, in any order; at most 64
   * @throws TokenStoreException if the store could not be asked (S16)
   */
  FindResult find(Collection<TokenId> ids);

  /**
   * Returns the record with this id, or empty if there is none, as {@link #find(Collection)} does.
   *
   * @throws TokenStoreException if the outcome is unknown (S16), or if the record cannot be read
   */
  default Optional<TokenRecord> find(TokenId id) {
    return Optional.ofNullable(find(List.of(id)).get(id));
  }

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
   * Replaces the details of a record.
   *
   * <p><b>S19</b> The record gets the new details if and only if it is live at {@code now} and the
   * version of its details is {@code expectedVersion}; everything else of the record stays as it
   * is. Of any number of concurrent calls that expect one version at most one is {@link
   * AmendResult#AMENDED}. A {@link #renew} at the same time is kept as well as the new details.
   *
   * <p>A caller that did not learn the outcome (S16) reads the record: its own version there means
   * that the call took effect.
   *
   * @param expectedVersion the version of the details that the caller has read
   * @param details the new details, with a version of their own
   * @throws IllegalArgumentException if the details have the version 0 or the expected one; nothing
   *     changes
   * @throws TokenStoreException if the outcome is unknown (S16)
   */
  AmendResult amend(TokenId id, long expectedVersion, TokenDetails details, Instant now);

  /**
   * Replaces a record by a successor.
   *
   * <p><b>S7</b> Revokes {@code id} with {@link RevocationReason#REPLACED} at {@code now} and the
   * successor's id, and inserts the successor: both or neither. This happens if and only if {@code
   * id} is live at {@code now}, its details have this version, and fewer than {@code limit} other
   * records of its group are live. Of any number of concurrent calls exactly one returns true. The
   * children of {@code id} are revoked with it (S9).
   *
   * @param version the version of the details that the successor was made from
   * @param successor the new record, with the subject and the group of the replaced one and without
   *     a parent
   * @param limit the limit of the group; its policy does not matter, since nothing is evicted
   * @return whether the record was replaced; if false, nothing changed, and the caller reads the
   *     record again before it tries or refuses
   * @throws DuplicateTokenException if a record with the successor's id exists (S2); nothing
   *     changes
   * @throws IllegalArgumentException if the successor has another subject or group, is revoked or
   *     has a parent; nothing changes
   * @throws TokenStoreException if the outcome is unknown (S16)
   */
  boolean replace(TokenId id, long version, TokenRecord successor, Limit limit, Instant now);

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
   * Revokes many records.
   *
   * <p><b>S10</b> Revokes at most {@code limit} records of the selection that are not revoked,
   * expired ones included, and their children. If it revokes fewer, nothing of the selection is
   * live any more that was stored before the call, whatever its times say, nor a successor that
   * concurrent calls of {@link #replace} put in such a record's place, however many.
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
   * Returns a page of the changes since an earlier question.
   *
   * <p><b>S12</b> Questions form a chain: each gives the cursor of the answer before. Every change
   * whose write was acknowledged on any node before a question began is in its answer or on one of
   * the pages that follow, unless an earlier answer of the chain held it; however late the write
   * was committed, and whatever any clock says. The changes are revocations and {@linkplain #amend
   * new details}. The first question of a chain, without a cursor, answers a cursor and no changes.
   *
   * <p>A question whose answer was lost can be repeated with the same cursor.
   *
   * <p>The store keeps changes for at least two minutes. A cursor that it does not know, because it
   * is older or from another life of the database (after a fail-over, or restored from a backup),
   * gets an answer that {@linkplain Changes#known says so}.
   *
   * <p>An answer that implies that a record was revoked before acknowledges that revocation as
   * well. Such answers are an empty result of {@link #revoke}, false from {@link #replace}, {@link
   * AmendResult#ENDED}, and a result of {@link #revokeAll} that revokes fewer records than its
   * limit.
   *
   * <p>Only records that a {@link #sweep} has revoked because of their own deadline may be left
   * out, since each node detects expiry by itself.
   *
   * @param shard the shard, from 0 to {@link #shards()} - 1
   * @param cursor the cursor of the previous answer for this shard; null for the first question
   * @param limit the maximum number of changes on the page; a change that revokes a record with its
   *     children may exceed it
   * @throws TokenStoreException if the outcome is unknown (S16)
   */
  Changes changes(int shard, @Nullable String cursor, int limit);

  /**
   * Revokes expired records and deletes dead ones, a bounded number per call.
   *
   * <p><b>S13</b> Revokes with {@link RevocationReason#EXPIRED} records whose deadline is before
   * {@code expiredBefore}, and deletes records that were dead before {@code deadBefore}, and no
   * others. Many nodes may sweep at once, and a sweep never blocks renewals. A sweep without due
   * records is cheap, whatever the number of live records. The store keeps the times of the next
   * visits by itself, and renewals do not move them.
   *
   * @param shard the shard, from 0 to {@link #shards()} - 1
   * @param limit the maximum number of records to visit
   * @throws TokenStoreException if the outcome is unknown (S16)
   */
  SweepResult sweep(int shard, Instant expiredBefore, Instant deadBefore, int limit);

  /**
   * Sets a mark that exactly one caller gets.
   *
   * <p><b>S22</b> Of all calls with this name, on any nodes, exactly one returns true until {@code
   * until} has passed by the callers' {@code now}. A call that returns false changes nothing: the
   * mark keeps the end that it was given. The store forgets the mark by itself some time after its
   * end.
   *
   * @param name the name, such as the id of a one-time token: 1 to 255 characters of valid text
   * @param until the end of the mark, after {@code now}
   * @throws IllegalArgumentException if the name is invalid, or {@code until} is not after {@code
   *     now}; nothing changes
   * @throws TokenStoreException if the outcome is unknown (S16)
   */
  boolean mark(String name, Instant until, Instant now);

  /**
   * Returns whether a {@link #mark} with this name is set that ends after {@code now}.
   *
   * @throws TokenStoreException if the outcome is unknown (S16)
   */
  boolean marked(String name, Instant now);

  /**
   * Returns the number of parts of the store that can fail by themselves.
   *
   * <p><b>S21</b> Callers ask each shard by itself ({@link #changes}, {@link #sweep}) and put only
   * ids of one shard into one call ({@link #find(Collection)}, {@link #renew}), so that a shard
   * that does not answer holds up no other. The number never changes while the store is open.
   */
  default int shards() {
    return 1;
  }

  /**
   * Returns the shard that holds this id, from 0 to {@link #shards()} - 1. This is a hint for
   * grouping: it may change at any time, and each call finds its records wherever they are.
   */
  default int shardOf(TokenId id) {
    return 0;
  }

  /**
   * Returns whether the store's engine deletes dead records by itself, never before the retention
   * after their deadline has passed by its own clock. A {@link #sweep} may then find nothing to do.
   */
  default boolean expiresByItself() {
    return false;
  }

  /**
   * Notifies a listener that there are changes on any node, if the store supports this.
   *
   * <p><b>S17</b> Notifications are best effort: they may be lost, repeated or joined, so callers
   * must rely on {@link #changes}, which has the change by the time of the notification. The
   * default implementation does nothing.
   *
   * @param changed the listener, called on the store's thread; it must return quickly and must not
   *     throw
   * @return a handle that stops the notifications when closed
   */
  default AutoCloseable watch(Runnable changed) {
    return () -> {};
  }

  /** <b>S14</b> Closes the resources that the store opened itself, and no others. Idempotent. */
  @Override
  void close();
}
