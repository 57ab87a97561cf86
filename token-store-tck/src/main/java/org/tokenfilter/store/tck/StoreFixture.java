package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.AmendResult;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** The subject, group and records of one test, in a store that may hold others as well. */
final class StoreFixture {

  static final Duration IDLE = Duration.ofMinutes(30);

  /** A time before all times of a test. */
  static final Instant LONG_AGO = Instant.EPOCH;

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
    TokenRecord record = findAt(tested.store(), id);
    RecordComparison.assertSame(findAt(tested.otherNode(), id), record);
    return record;
  }

  private static TokenRecord findAt(TokenStore node, TokenId id) {
    return node.find(id).orElseThrow(() -> new AssertionError("the record " + id + " is missing"));
  }

  TokenRecord find(TokenRecord record) {
    return find(record.id());
  }

  /** Asserts that both nodes find the record as given. */
  void assertFound(TokenRecord record) {
    RecordComparison.assertSame(find(record), record);
  }

  /** Asserts that neither node finds the record. */
  void assertUnknown(TokenRecord record) {
    assertThat(tested.store().find(record.id())).isEmpty();
    assertThat(tested.otherNode().find(record.id())).isEmpty();
  }

  /** Asserts that both nodes find the records as given, neither revoked nor renewed since. */
  void assertUnchanged(TokenRecord... records) {
    for (TokenRecord record : records) {
      assertFound(record);
    }
  }

  Revocation closedNow() {
    return Revocation.of(RevocationReason.CLOSED, now());
  }

  /** Revokes a record; fails the test if it is not revoked. */
  TokenRecord revoke(TokenRecord record) {
    assertThat(tested.store().revoke(record.id(), closedNow())).contains(record.id());
    return record.revoked(closedNow());
  }

  /** Replaces a record, as it is given, without a limit. */
  boolean replace(TokenStore node, TokenRecord old, TokenRecord successor) {
    return node.replace(old.id(), old.version(), successor, Limit.NONE, now());
  }

  /** Amends a record; fails the test if it is not amended. Returns the record as amended. */
  TokenRecord amend(TokenRecord record, TokenDetails details) {
    assertThat(tested.store().amend(record.id(), record.version(), details, now()))
        .isEqualTo(AmendResult.AMENDED);
    return record.amended(details);
  }

  /** Returns the record's details with other attributes and a new version. */
  static TokenDetails changed(TokenRecord record) {
    String version = newId().toString();
    return record
        .details()
        .amended(version.hashCode() | 1L << 40)
        .attributes(Map.of("changed", version))
        .build();
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

  /** Skips a test that needs a sweep to find all that is due, if the store deletes by itself. */
  void assumeThatSweepsFindAll() {
    assumeFalse(tested.store().expiresByItself(), "the store under test expires by itself");
  }

  /** Sweeps until a sweep has nothing to do; returns the ids of the revoked records. */
  List<TokenId> sweep(Instant expiredBefore, Instant deadBefore) {
    List<TokenId> expired = new ArrayList<>();
    for (int call = 0; call < MANY; call++) {
      SweepResult sweep = sweepOnce(tested.store(), expiredBefore, deadBefore, 100);
      expired.addAll(sweep.expired());
      // A record that a sweep has revoked may be due for deletion by the next one.
      if (!sweep.more() && sweep.expired().isEmpty() && sweep.deleted() == 0) {
        return expired;
      }
    }
    throw new AssertionError("records are still due after " + MANY + " sweeps");
  }

  /** Sweeps each shard once, and returns the results as one. */
  static SweepResult sweepOnce(
      TokenStore node, Instant expiredBefore, Instant deadBefore, int limit) {
    List<SweepResult> sweeps =
        IntStream.range(0, node.shards())
            .mapToObj(shard -> node.sweep(shard, expiredBefore, deadBefore, limit))
            .toList();
    return new SweepResult(
        sweeps.stream().flatMap(sweep -> sweep.expired().stream()).toList(),
        sweeps.stream().mapToInt(SweepResult::deleted).sum(),
        sweeps.stream().anyMatch(SweepResult::more));
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
