package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Insertion;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Sweep;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;

/** One test's own subject, group and records in a store that may hold others' as well. */
final class Scene {

  static final Duration IDLE = Duration.ofMinutes(30);

  /** Before anything that a test does. */
  static final Instant LONG_AGO = Instant.EPOCH;

  /** The window in which ends are asked for. */
  static final Duration WINDOW = Duration.ofMinutes(1);

  /** More ends than all the tests together make in a window. */
  static final int PLENTY = 1_000_000;

  /** How many calls of a sweep are plenty. */
  private static final int MANY = 10_000;

  final String subject = "subject-" + newId();
  final String group = "group-" + newId();
  private final StoreUnderTest tested;

  Scene(StoreUnderTest tested) {
    this.tested = tested;
  }

  static TokenId newId() {
    byte[] bytes = new byte[TokenId.LENGTH];
    ThreadLocalRandom.current().nextBytes(bytes);
    return TokenId.of(bytes);
  }

  Instant now() {
    return tested.clock().instant();
  }

  void pass(Duration time) {
    tested.clock().move(time);
  }

  /** A record that lives for half an hour after its last use, issued now. */
  TokenRecord.Builder sliding() {
    return TokenRecord.builder(newId(), TokenKind.SESSION, subject, now()).idleTimeout(IDLE);
  }

  /** A record that never expires, issued now. */
  TokenRecord.Builder lasting() {
    return lastingSince(now());
  }

  TokenRecord.Builder lastingWith(TokenId id) {
    return TokenRecord.builder(id, TokenKind.OPEN, subject, now());
  }

  TokenRecord.Builder lastingSince(Instant issuedAt) {
    return TokenRecord.builder(newId(), TokenKind.OPEN, subject, issuedAt);
  }

  /** Stores a record without a limit; it must work. */
  TokenRecord insert(TokenRecord.Builder builder) {
    TokenRecord record = builder.build();
    assertThat(tested.store().insert(record, Limit.NONE, now()))
        .isEqualTo(Insertion.of(Insertion.Outcome.INSERTED));
    return record;
  }

  /** As both nodes find it; it must be there, and they must agree. */
  TokenRecord find(TokenId id) {
    TokenRecord record = tested.store().find(id).orElseThrow();
    assertThat(tested.otherNode().find(id)).contains(record);
    return record;
  }

  TokenRecord find(TokenRecord record) {
    return find(record.id());
  }

  /** Neither node knows it. */
  void assertUnknown(TokenRecord record) {
    assertThat(tested.store().find(record.id())).isEmpty();
    assertThat(tested.otherNode().find(record.id())).isEmpty();
  }

  /** It is as it was given: nothing ended or renewed it. */
  void assertUnchanged(TokenRecord... records) {
    assertThat(Stream.of(records).map(this::find)).containsExactly(records);
  }

  Ending closed() {
    return Ending.of(Reason.CLOSED, now());
  }

  /** Closes a record; it must work. */
  TokenRecord close(TokenRecord record) {
    assertThat(tested.store().end(record.id(), closed())).contains(record.id());
    return record.ended(closed());
  }

  /** A use of the record now. */
  Renewal use(TokenRecord record) {
    return use(record, now());
  }

  static Renewal use(TokenRecord record, Instant at) {
    Duration idle = record.idleTimeout();
    return new Renewal(record.id(), at, idle == null ? null : at.plus(idle));
  }

  List<TokenRecord> live() {
    return tested.store().list(subject, now(), null, MANY);
  }

  /** Sweeps until a sweep finds nothing to do; answers what was ended. */
  List<TokenId> sweep(Instant expiredBefore, Instant deadBefore) {
    List<TokenId> expired = new ArrayList<>();
    for (int call = 0; call < MANY; call++) {
      Sweep sweep = tested.store().sweep(expiredBefore, deadBefore, 100);
      expired.addAll(sweep.expired());
      // What a sweep ended may be due for the next one, which is to delete it.
      if (!sweep.more() && sweep.expired().isEmpty() && sweep.deleted() == 0) {
        return expired;
      }
    }
    throw new AssertionError("after " + MANY + " sweeps there is more to do");
  }

  static @Nullable Reason reason(TokenRecord record) {
    Ending ending = record.ending();
    return ending == null ? null : ending.reason();
  }

  static List<TokenId> ids(TokenRecord... records) {
    return ids(List.of(records));
  }

  static List<TokenId> ids(Collection<TokenRecord> records) {
    return records.stream().map(TokenRecord::id).toList();
  }
}
