package org.tokenfilter.service;

import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.AmendResult;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;

/**
 * The live tokens and sessions, with all that an application may change of them: roles, a label,
 * and session data that all nodes share without an {@code HttpSession}.
 *
 * <pre>{@code
 * TokenSessions sessions = security.service().sessions();
 * TokenRecord session = sessions.get(principal.tokenId()).orElseThrow();
 * Map<String, String> data = new HashMap<>(session.details().data());
 * data.put("cart", "4711");
 * AmendResult result = sessions.setData(session, data);
 * }</pre>
 *
 * <p>A change is visible on this node at once, and on all other nodes within the revocation lag.
 * Each method may throw {@link TokenStoreException}; the outcome is then unknown. Thread-safe.
 */
public final class TokenSessions {

  /** The most passes over the tokens of a subject, for those that come meanwhile. */
  private static final int MAX_PASSES = 8;

  /** The prefix of the names of session data that belong to this library. */
  private static final String RESERVED = ".";

  private final CachingTokenStore store;
  private final Clock clock;
  private final Amender amender;

  TokenSessions(CachingTokenStore store, Clock clock, Amender amender) {
    this.store = store;
    this.clock = clock;
    this.amender = amender;
  }

  /**
   * Returns a token or session as the store has it now, whatever is in the memory of this node.
   *
   * @return the record; empty if it is not live
   */
  public Optional<TokenRecord> get(TokenId id) {
    var now = clock.instant();
    return store.read(id, now).filter(record -> record.id().equals(id) && record.liveAt(now));
  }

  /**
   * Replaces the session data, unless it was changed since it was read. Changes of other details in
   * the meantime do not matter.
   *
   * @param read the token or session as {@link #get} returned it
   * @param data the new data, at most 8 KiB of UTF-8 in all. Names that begin with a dot belong to
   *     this library: they are ignored here, and the stored ones stay
   * @return {@link AmendResult#STALE} if the data was changed meanwhile: read it again
   * @throws IllegalArgumentException if the data is too large or no valid text
   */
  public AmendResult setData(TokenRecord read, Map<String, String> data) {
    Map<String, String> expected = read.details().data();
    Map<String, String> own = new HashMap<>(data);
    own.keySet().removeIf(name -> name.startsWith(RESERVED));
    expected.forEach(
        (name, value) -> {
          if (name.startsWith(RESERVED)) {
            own.put(name, value);
          }
        });
    TokenRecord current = read;
    for (int i = 0; i < Amender.MAX_TRIES; i++) {
      AmendResult result = amender.amendOnce(current, details -> details.data(own)).result();
      if (result != AmendResult.STALE) {
        return result;
      }
      Optional<TokenRecord> newer = get(read.id());
      if (newer.isEmpty()) {
        return AmendResult.ENDED;
      }
      current = newer.get();
      if (!current.details().data().equals(expected)) {
        return AmendResult.STALE;
      }
    }
    return AmendResult.STALE;
  }

  /**
   * Sets the label of a subject's token or session, such as "my phone".
   *
   * @param subject the name of the subject
   * @param label the label, at most 64 characters; null for none
   * @return {@link AmendResult#ENDED} if the subject has no live token or session with this id;
   *     {@link AmendResult#STALE} if other changes came first too often
   * @throws IllegalArgumentException if the label is too long or no valid text
   */
  public AmendResult setLabel(String subject, TokenId id, @Nullable String label) {
    return get(id)
        .filter(record -> record.subject().equals(subject))
        .map(record -> amender.amend(record, details -> details.label(label)).result())
        .orElse(AmendResult.ENDED);
  }

  /**
   * Sets the roles of a token or session until its end. A session of a user token has the roles of
   * that token. With a recheck of accounts, requests use the roles that the account provider
   * reports instead; one that returns the subject it was given leaves these.
   *
   * @return {@link AmendResult#ENDED} if there is no live token or session with this id; {@link
   *     AmendResult#STALE} if other changes came first too often
   * @throws IllegalArgumentException if the roles are too large or no valid text
   */
  public AmendResult setRoles(TokenId id, Set<String> roles) {
    return amender.amend(id, details -> details.roles(roles)).result();
  }

  /**
   * Sets the roles of all live tokens and sessions of a subject, as {@link #setRoles(TokenId, Set)}
   * does. A token that was refreshed meanwhile is followed to its successor. Later logins get the
   * roles that the login finds.
   *
   * @return the number of tokens and sessions whose roles were changed
   * @throws IllegalArgumentException if the roles are too large or no valid text
   * @throws TokenStoreException if the store fails, or if other changes came first too often; some
   *     roles may have been changed
   */
  public int setRoles(String subject, Set<String> roles) {
    AtomicInteger changed = new AtomicInteger();
    for (int pass = 0; pass < MAX_PASSES; pass++) {
      if (!setRolesOnce(subject, roles, changed)) {
        return changed.get();
      }
    }
    throw overtaken();
  }

  /** Returns whether there were tokens with other roles, so that more may have come meanwhile. */
  private boolean setRolesOnce(String subject, Set<String> roles, AtomicInteger changed) {
    AtomicBoolean found = new AtomicBoolean();
    SubjectRecords.forEachLive(
        store,
        subject,
        clock,
        record -> {
          if (!record.roles().equals(roles)) {
            found.set(true);
            AmendResult result = amender.amend(record, details -> details.roles(roles)).result();
            changed.addAndGet(result == AmendResult.AMENDED ? 1 : 0);
          }
        });
    return found.get();
  }

  private static TokenStoreException overtaken() {
    return new TokenStoreException(
        "other changes of the subject's tokens came first too often", null, true);
  }
}
