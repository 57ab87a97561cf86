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
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;

/** The subject, group and records of one test, in a store that may hold others as well. */
final class StoreFixture {

  static final Duration IDLE = Duration.ofMinutes(30);

  /** A time before all times of a test. */
  static final Instant LONG_AGO = Instant.EPOCH;

  /** The window for recent revocations. */
  static final Duration WINDOW = Duration.ofMinutes(1);

  /** A limit above the number of revocations of all tests within a window. */
  static final int LARGE_LIMIT = 1_000_000;

  /** A limit above the number of sweeps, and of live records, of any test. */
  private static final int MANY = 10_000;

  final String subject = "subject-" + newId();
  final String group = "group-" + newId();
  private final StoreUnderTest tested;

  StoreFixture(StoreUnderTest tested) {
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

  void advance(Duration time) {
    tested.clock().move(time);
  }

  /** Returns a record, issued now, with an idle timeout of half an hour. */
  TokenRecord.Builder sliding() {
    return TokenRecord.builder(newId(), TokenKind.SESSION, subject, now()).idleTimeout(IDLE);
  }

  /** Returns a record, issued now, that never expires. */
  TokenRecord.Builder lasting() {
    return lastingSince(now());
  }

  TokenRecord.Builder lastingWith(TokenId id) {
    return TokenRecord.builder(id, TokenKind.OPEN, subject, now());
  }

  TokenRecord.Builder lastingSince(Instant issuedAt) {
    return TokenRecord.builder(newId(), TokenKind.OPEN, subject, issuedAt);
  }

  /** Stores a record without a limit; fails the test if it is not stored. */
  TokenRecord insert(TokenRecord.Builder builder) {
    TokenRecord record = builder.build();
    assertThat(tested.store().insert(record, Limit.NONE, now()))
        .isEqualTo(InsertResult.of(InsertResult.Outcome.INSERTED));
    return record;
  }

  /** Returns a record as both nodes find it; fails the test if it is missing or they differ. */
  TokenRecord find(TokenId id) {
    TokenRecord record = tested.store().find(id).orElseThrow();
    assertThat(tested.otherNode().find(id)).contains(record);
    return record;
  }

  TokenRecord find(TokenRecord record) {
    return find(record.id());
  }

  /** Asserts that neither node finds the record. */
  void assertUnknown(TokenRecord record) {
    assertThat(tested.store().find(record.id())).isEmpty();
    assertThat(tested.otherNode().find(record.id())).isEmpty();
  }

  /** Asserts that both nodes find the records as given, neither revoked nor renewed since. */
  void assertUnchanged(TokenRecord... records) {
    assertThat(Stream.of(records).map(this::find)).containsExactly(records);
  }

  Revocation closedNow() {
    return Revocation.of(RevocationReason.CLOSED, now());
  }

  /** Revokes a record; fails the test if it is not revoked. */
  TokenRecord revoke(TokenRecord record) {
    assertThat(tested.store().revoke(record.id(), closedNow())).contains(record.id());
    return record.revoked(closedNow());
  }

  /** Returns a renewal by a use of the record now. */
  Renewal renewal(TokenRecord record) {
    return renewal(record, now());
  }

  static Renewal renewal(TokenRecord record, Instant at) {
    Duration idle = record.idleTimeout();
    return new Renewal(record.id(), at, idle == null ? null : at.plus(idle));
  }

  List<TokenRecord> live() {
    return tested.store().list(subject, now(), null, MANY);
  }

  /** Sweeps until a sweep has nothing to do; returns the ids of the revoked records. */
  List<TokenId> sweep(Instant expiredBefore, Instant deadBefore) {
    List<TokenId> expired = new ArrayList<>();
    for (int call = 0; call < MANY; call++) {
      SweepResult sweep = tested.store().sweep(expiredBefore, deadBefore, 100);
      expired.addAll(sweep.expired());
      // A record that a sweep has revoked may be due for deletion by the next one.
      if (!sweep.more() && sweep.expired().isEmpty() && sweep.deleted() == 0) {
        return expired;
      }
    }
    throw new AssertionError("records are still due after " + MANY + " sweeps");
  }

  static @Nullable RevocationReason reason(TokenRecord record) {
    Revocation revocation = record.revocation();
    return revocation == null ? null : revocation.reason();
  }

  static List<TokenId> ids(TokenRecord... records) {
    return ids(List.of(records));
  }

  static List<TokenId> ids(Collection<TokenRecord> records) {
    return records.stream().map(TokenRecord::id).toList();
  }
}
