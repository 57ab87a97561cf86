package org.tokenfilter.service;

import java.time.Clock;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.notice.OperatorLog;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/**
 * The correction of records that the store shows as live though this node has heard that they have
 * ended, as after a fail-over that lost a revocation. The node refuses them, whatever the store
 * says, and revokes them anew, so that all other nodes refuse them as well. Thread-safe.
 */
final class RememberedEnds {

  private static final Logger LOG = LoggerFactory.getLogger(RememberedEnds.class);

  private final EndedTokens ended;
  private final Clock clock;
  private final OperatorLog operatorLog;

  RememberedEnds(EndedTokens ended, Clock clock, OperatorLog operatorLog) {
    this.ended = ended;
    this.clock = clock;
    this.operatorLog = operatorLog;
  }

  /** Returns whether this node has heard that the token has ended. */
  boolean hasEnded(TokenId id) {
    return ended.contains(id);
  }

  /** Returns whether the record is not revoked though this node has heard that it has ended. */
  boolean contradicts(TokenRecord record) {
    return record.revocation() == null && hasEnded(record.id());
  }

  /**
   * Revokes a record anew, and returns it as revoked, even if that fails.
   *
   * @param record a record that contradicts what this node has heard; it was read after that
   * @param store the store that returned it
   */
  TokenRecord revokeAnew(TokenRecord record, TokenStore store) {
    RevocationReason reason =
        Objects.requireNonNullElse(ended.reason(record.id()), RevocationReason.CLOSED);
    Revocation again = Revocation.of(reason, clock.instant());
    operatorLog.warn(
        LOG,
        "revoked-anew",
        "The token store shows a token as live that was revoked: its database has lost a revocation,"
            + " as by a fail-over or a restored backup. This node refuses the tokens that it"
            + " remembers, and revokes them anew. It cannot know of those that ended before it was"
            + " started");
    try {
      var unused = store.revoke(record.id(), again);
    } catch (RuntimeException unknown) {
      LOG.debug("A token could not be revoked anew; the next read of it tries again", unknown);
    }
    return record.revoked(again);
  }
}
