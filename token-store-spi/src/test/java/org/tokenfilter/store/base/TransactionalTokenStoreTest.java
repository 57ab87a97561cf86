package org.tokenfilter.store.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.AmendResult;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.Changes;
import org.tokenfilter.store.Confirmation;
import org.tokenfilter.store.ExternalId;
import org.tokenfilter.store.FindResult;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Origin;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;

/** The parts that neither the kit nor {@link ContractOracleTest} sees: rows, engines, clocks. */
class TransactionalTokenStoreTest {

  private static final Instant NOW = Instant.parse("2026-01-02T12:00:00Z");

  private final TreeMap<String, byte[]> tree = new TreeMap<>();
  private final TreeStore store = store(NOW);
  private final Random random = new Random(1);

  @Test
  void recordOfANewerEditionIsNamedAndKeepsNoOtherFromBeingFound() {
    TokenRecord other = insert(record());
    TokenRecord newer = insert(record());
    writeByANewerEdition(newer.id());

    FindResult found = store.find(List.of(other.id(), newer.id()));

    assertThat(found.records()).containsOnlyKeys(other.id());
    assertThat(found.unreadable()).containsExactly(newer.id());
    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> store.find(newer.id()))
        .satisfies(e -> assertThat(e.retryable()).isFalse());
  }

  @Test
  void recordOfANewerEditionIsSkippedByLists() {
    TokenRecord other = insert(record());
    writeByANewerEdition(insert(record()).id());

    assertThat(store.list("alice", NOW, null, 1)).containsExactly(other);
  }

  @Test
  void recordOfANewerEditionIsRevokedWithItsChildren() {
    TokenRecord parent = insert(record());
    TokenRecord child = insert(record().parent(parent.id()));
    writeByANewerEdition(parent.id());

    assertThat(store.revoke(parent.id(), closed())).containsExactly(parent.id(), child.id());
    assertThat(store.revoke(parent.id(), closed())).isEmpty();
    assertThat(store.find(List.of(parent.id(), child.id())).unreadable())
        .containsExactly(parent.id());
  }

  @Test
  void recordOfANewerEditionCountsAndIsEvicted() {
    TokenRecord newer = insert(record().group("g"));
    writeByANewerEdition(newer.id());

    TokenRecord next = record().group("g").build();
    assertThat(store.insert(next, new Limit(1, Limit.Policy.REJECT), NOW).outcome())
        .isEqualTo(InsertResult.Outcome.GROUP_FULL);
    assertThat(store.insert(next, new Limit(1, Limit.Policy.EVICT_OLDEST), NOW).evicted())
        .containsExactly(newer.id());
  }

  @Test
  void recordOfANewerEditionExpiresAndIsDeleted() {
    TokenRecord newer = insert(record().expiresAt(NOW.plusSeconds(60)));
    writeByANewerEdition(newer.id());
    Instant later = NOW.plusSeconds(61);

    assertThat(store.sweep(0, later, NOW, 9).expired()).containsExactly(newer.id());
    assertThat(store.sweep(0, later, later, 9).deleted()).isEqualTo(1);
    assertThat(store.find(List.of(newer.id())).unreadable()).isEmpty();
  }

  @Test
  void recordOfANewerEditionIsNeitherRenewedNorAmendedNorReplaced() {
    TokenRecord newer = insert(record());
    writeByANewerEdition(newer.id());
    byte[] bytes = row(newer.id());

    assertThat(store.renew(List.of(new Renewal(newer.id(), NOW, null)), NOW))
        .containsExactly(newer.id());
    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> store.amend(newer.id(), 0, TokenDetails.NONE.amended(1).build(), NOW));
    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> store.replace(newer.id(), 0, record().build(), Limit.NONE, NOW));
    assertThat(row(newer.id())).isEqualTo(bytes);
  }

  @Test
  void damagedRowIsNamedAndStopsNeitherListNorRevokeAllNorSweep() {
    TokenRecord damaged = insert(record().expiresAt(NOW.plusSeconds(60)));
    TokenRecord other = insert(record().expiresAt(NOW.plusSeconds(60)));
    tree.put(RowKeys.record(damaged.id()), new byte[] {0, 0, 0, 9, 1});

    assertThat(store.find(List.of(damaged.id())).unreadable()).containsExactly(damaged.id());
    assertThat(store.list("alice", NOW, null, 9)).containsExactly(other);
    assertThat(store.revokeAll(Selection.ofSubject("alice"), closed(), 9))
        .containsExactly(other.id());
    Instant later = NOW.plusSeconds(61);
    assertThat(store.sweep(0, later, later, 9).more()).isFalse();
    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> store.revoke(damaged.id(), closed()));
    assertThat(store.find(List.of(damaged.id())).unreadable()).containsExactly(damaged.id());
  }

  @Test
  void rowUnderTheIdOfAnotherRecordIsUnreadable() {
    TokenRecord one = insert(record());
    TokenRecord other = insert(record());
    tree.put(RowKeys.record(one.id()), row(other.id()));

    assertThat(store.find(List.of(one.id())).unreadable()).containsExactly(one.id());
  }

  @Test
  void rowThatAnOperatorDeletedIsCleanedUp() {
    TokenRecord deleted = insert(record().expiresAt(NOW.plusSeconds(60)));
    tree.remove(RowKeys.record(deleted.id()));

    assertThat(store.list("alice", NOW, null, 9)).isEmpty();
    assertThat(store.revokeAll(Selection.ofSubject("alice"), closed(), 9)).isEmpty();
    store.sweep(0, NOW.plusSeconds(61), NOW, 9);
    assertThat(tree).isEmpty();
  }

  @Test
  void sweepReadsNoRecordThatIsNotDueEvenAfterRenewals() {
    TokenRecord record = insert(record().idleTimeout(Duration.ofMinutes(30)));
    Instant later = NOW.plusSeconds(600);
    store.renew(List.of(new Renewal(record.id(), later, later.plusSeconds(1800))), later);
    String visit = tree.tailMap("l").firstKey();
    byte[] whole = tree.put(RowKeys.record(record.id()), new byte[0]);
    Instant deadline = NOW.plusSeconds(1800);

    assertThat(store.sweep(0, deadline, deadline, 9).more()).isFalse();
    assertThat(visit).isLessThan(RowKeys.before("l", deadline.plusMillis(1)));
    tree.put(RowKeys.record(record.id()), whole);
    assertThat(store.sweep(0, deadline.plusMillis(1), deadline, 9).expired()).isEmpty();
    assertThat(tree.tailMap("l").firstKey()).isGreaterThan(visit);
  }

  @Test
  void restoredDatabaseDoesNotKnowTheCursorsOfItsFormerLife() {
    store.changes(0, null, 9);
    store.revoke(insert(record()).id(), closed());
    TreeMap<String, byte[]> backup = new TreeMap<>(tree);
    store.revoke(insert(record()).id(), closed());
    String lost = store.changes(0, null, 9).cursor();
    tree.clear();
    tree.putAll(backup);

    assertThat(store.changes(0, lost, 9).known()).isFalse();
    store.revoke(insert(record()).id(), closed());
    assertThat(store.changes(0, lost, 9).known()).isFalse();
    store.revoke(insert(record()).id(), closed());
    assertThat(store.changes(0, lost, 9).known()).isFalse();
  }

  @Test
  void emptyDatabaseDoesNotKnowTheCursorOfAnotherOne() {
    String other = new TreeStore(new TreeMap<>(), Clock.systemUTC()).changes(0, null, 9).cursor();

    assertThat(store.changes(0, other, 9).known()).isFalse();
    for (String none : List.of("", "1", other.substring(1), other + "0", other.replace('-', ':'))) {
      assertThat(store.changes(0, none, 9).known()).as(none).isFalse();
    }
  }

  @Test
  void damagedChangeMakesItsCursorsUnknown() {
    String before = store.changes(0, null, 9).cursor();
    store.revoke(insert(record()).id(), closed());
    String after = store.changes(0, null, 9).cursor();
    tree.put(RowKeys.change(0), new byte[0]);

    assertThat(store.changes(0, before, 9).known()).isFalse();
    assertThat(store.changes(0, after, 9).known()).isTrue();
  }

  @Test
  void changesAreKeptForTwoMinutesByAllClocksAndNotForever() {
    String first = store.changes(0, null, 9).cursor();
    store(NOW.plusSeconds(3600)).revoke(insert(record()).id(), closed());
    // This node's clock is an hour behind. Its entries must not look old to the other node.
    TokenRecord slow = insert(record());
    String second = store.changes(0, null, 9).cursor();
    store.revoke(slow.id(), closed());
    store(NOW.plusSeconds(3600 + 120)).revoke(insert(record()).id(), closed());

    assertThat(store.changes(0, first, 9).changes()).hasSize(3);
    assertThat(store.changes(0, second, 9).changes())
        .hasSize(2)
        .contains(Change.revoked(slow.id(), RevocationReason.CLOSED));

    store(NOW.plusSeconds(3600 + 500)).revoke(insert(record()).id(), closed());
    assertThat(store.changes(0, second, 9).known()).isFalse();
    assertThat(tree.subMap("c", "cg")).hasSize(1);
  }

  @Test
  void largeFamilyMakesSeveralChanges() {
    String cursor = store.changes(0, null, 9).cursor();
    TokenRecord parent = insert(record());
    IntStream.range(0, 250).forEach(i -> insert(record().parent(parent.id())));
    store.revoke(parent.id(), closed());

    List<Change> all = new ArrayList<>();
    Changes page = store.changes(0, cursor, 9);
    all.addAll(page.changes());
    while (page.more()) {
      page = store.changes(0, page.cursor(), 9);
      all.addAll(page.changes());
    }
    assertThat(all).hasSize(251).doesNotHaveDuplicates();
  }

  /** As many short texts as there can be: each costs a byte for its length. */
  @Test
  void largestRecordFitsIntoItsValue() {
    Set<String> pairs = new HashSet<>();
    for (int i = 0; i < TokenDetails.MAX_ROLE_BYTES / 2; i++) {
      pairs.add("" + (char) (1 + i % 127) + (char) (1 + i / 127 % 127));
    }
    Map<String, String> map = new HashMap<>();
    pairs.stream().limit(TokenDetails.MAX_DATA_BYTES / 2).forEach(name -> map.put(name, ""));
    String long255 = "\u6C34".repeat(255);
    ExternalId external = new ExternalId(long255, long255);
    TokenDetails details =
        TokenDetails.NONE.toBuilder()
            .roles(pairs)
            .attributes(map)
            .data(map)
            .authenticated(NOW, long255)
            .confirmation(new Confirmation(Confirmation.Method.PUBLIC_KEY, "k".repeat(1024)))
            .label("\u6C34".repeat(64))
            .origin(new Origin(external, external))
            .build();
    TokenRecord record =
        TokenRecord.builder(record().build().id(), TokenKind.OPEN, long255, NOW)
            .group("\u6C34".repeat(512))
            .client(long255)
            .binding(long255)
            .details(details)
            .build();

    store.insert(record, Limit.NONE, NOW);

    assertThat(store.find(record.id())).contains(record);
    assertThat(row(record.id()).length).isBetween(90_000, 100_000);
  }

  @Test
  void marksThatEndedLongAgoAreForgotten() {
    for (int i = 0; i < 20; i++) {
      assertThat(store.mark("old" + i, NOW.plusSeconds(1), NOW)).isTrue();
    }
    Instant later = NOW.plusSeconds(7200);
    for (int i = 0; i < 5; i++) {
      assertThat(store.mark("new" + i, later.plusSeconds(9), later)).isTrue();
    }

    assertThat(tree).hasSize(2 * 5);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.mark("unpaired \uD800", NOW.plusSeconds(1), NOW));
  }

  @Test
  void marksEndNotBeforeTheirTime() {
    Instant within = NOW.plusNanos(500_000);
    for (Instant until : List.of(within, Instant.MAX)) {
      String name = "until " + until;
      assertThat(store.mark(name, until, NOW)).isTrue();
      assertThat(store.marked(name, NOW)).isTrue();
      assertThat(store.mark(name, until, until.minusMillis(1))).isFalse();
    }
    assertThat(store.marked("until " + within, within.minusNanos(1))).isTrue();
    assertThat(store.marked("until " + within, NOW.plusMillis(1))).isFalse();
  }

  @Test
  void workMayRunTwice() {
    TransactionalTokenStore twice =
        new EngineStub() {
          @Override
          protected <T> T write(Work<T> work) throws Exception {
            work.run(new TreeStore.TreeRows(new TreeMap<>(tree)));
            return work.run(new TreeStore.TreeRows(tree));
          }
        };
    TokenRecord record = record().build();

    assertThat(twice.insert(record, Limit.NONE, NOW).outcome())
        .isEqualTo(InsertResult.Outcome.INSERTED);
    assertThat(twice.revoke(record.id(), closed())).containsExactly(record.id());
    assertThat(twice.amend(record.id(), 0, TokenDetails.NONE.amended(1).build(), NOW))
        .isEqualTo(AmendResult.ENDED);
    assertThat(tree.subMap("c", "cg")).hasSize(1);
  }

  @Test
  void failureOfTheEngineIsAStoreException() {
    for (Exception failure : List.of(new IOException("disk"), new IllegalStateException("pool"))) {
      EngineStub broken = new EngineStub();
      broken.failure = failure;
      assertThatExceptionOfType(TokenStoreException.class)
          .isThrownBy(() -> broken.find(record().build().id()))
          .withCause(failure)
          .satisfies(e -> assertThat(e.retryable()).isTrue());
      assertThatExceptionOfType(TokenStoreException.class)
          .isThrownBy(() -> broken.revoke(record().build().id(), closed()))
          .withCause(failure);
    }
  }

  @Test
  void interruptedThreadStaysInterrupted() {
    EngineStub interrupted = new EngineStub();
    interrupted.failure = new InterruptedException();
    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> interrupted.marked("m", NOW));
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void engineIsClosedOnceAndThenRefusesCalls() {
    EngineStub closing = new EngineStub();
    closing.close();
    closing.close();

    assertThat(closing.closed).isEqualTo(1);
    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> closing.find(record().build().id()))
        .withMessageContaining("closed");
  }

  private static class EngineStub extends TransactionalTokenStore {

    private @Nullable Exception failure;
    private int closed;

    @Override
    protected <T> T read(Work<T> work) throws Exception {
      return write(work);
    }

    @Override
    protected <T> T write(Work<T> work) throws Exception {
      if (failure != null) {
        throw failure;
      }
      throw new AssertionError("no call is expected");
    }

    @Override
    protected void closeEngine() {
      closed++;
    }
  }

  private TreeStore store(Instant time) {
    return new TreeStore(tree, Clock.fixed(time, ZoneOffset.UTC));
  }

  /** Changes the format of the record, but not that of its row. */
  private void writeByANewerEdition(TokenId id) {
    byte[] bytes = row(id);
    int body = Integer.BYTES + ByteBuffer.wrap(bytes).getInt();
    bytes[body] = 99;
    tree.put(RowKeys.record(id), bytes);
  }

  private byte[] row(TokenId id) {
    byte[] bytes = tree.get(RowKeys.record(id));
    assertThat(bytes).isNotNull();
    return bytes == null ? new byte[0] : Arrays.copyOf(bytes, bytes.length);
  }

  private TokenRecord insert(TokenRecord.Builder builder) {
    TokenRecord record = builder.build();
    assertThat(store.insert(record, Limit.NONE, NOW).outcome())
        .isEqualTo(InsertResult.Outcome.INSERTED);
    return record;
  }

  private TokenRecord.Builder record() {
    byte[] id = new byte[TokenId.LENGTH];
    random.nextBytes(id);
    return TokenRecord.builder(TokenId.of(id), TokenKind.OPEN, "alice", NOW);
  }

  private static Revocation closed() {
    return Revocation.of(RevocationReason.CLOSED, NOW);
  }
}
