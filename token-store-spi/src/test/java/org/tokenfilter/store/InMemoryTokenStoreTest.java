package org.tokenfilter.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.tokenfilter.store.InsertResult.Outcome.GROUP_FULL;
import static org.tokenfilter.store.InsertResult.Outcome.INSERTED;
import static org.tokenfilter.store.InsertResult.Outcome.PARENT_ENDED;
import static org.tokenfilter.store.Limit.Policy.EVICT_OLDEST;
import static org.tokenfilter.store.Limit.Policy.REJECT;
import static org.tokenfilter.store.Records.IDLE;
import static org.tokenfilter.store.Records.id;
import static org.tokenfilter.store.Records.lasting;
import static org.tokenfilter.store.Records.sliding;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InMemoryTokenStoreTest {

  private static final TokenDetails DETAILS = TokenDetails.NONE.amended(7).label("phone").build();
  private static final Duration TICK = Duration.ofMillis(1);

  private final SettableClock clock = new SettableClock();
  private final Instant start = clock.instant();
  private final TokenStore store = new InMemoryTokenStore(clock, Duration.ofHours(1));

  @Test
  void s01_recordIsStoredWhileItsGroupHasRoom() {
    Limit two = new Limit(2, REJECT);

    assertThat(store.insert(sliding(1, start).group("g").build(), two, start).outcome())
        .isEqualTo(INSERTED);
    assertThat(store.insert(sliding(2, start).group("g").build(), two, start).outcome())
        .isEqualTo(INSERTED);
    assertThat(store.insert(sliding(3, start).group("g").build(), two, start))
        .isEqualTo(InsertResult.of(GROUP_FULL));
    assertThat(store.find(id(3))).isEmpty();
    assertThat(store.insert(sliding(3, start).group("h").build(), two, start).outcome())
        .isEqualTo(INSERTED);
    assertThat(store.insert(sliding(4, start).build(), new Limit(1, REJECT), start).outcome())
        .isEqualTo(INSERTED);
  }

  @Test
  void s01_deadRecordsTakeNoRoom() {
    Limit one = new Limit(1, REJECT);
    store.insert(sliding(1, start).group("g").build(), one, start);

    assertThat(store.insert(sliding(2, start).group("g").build(), one, start.plus(IDLE)).outcome())
        .isEqualTo(INSERTED);
    store.revoke(id(2), closed(start));
    assertThat(store.insert(sliding(3, start).group("g").build(), one, start).outcome())
        .isEqualTo(GROUP_FULL);
    assertThat(store.insert(sliding(3, start).group("g").build(), one, start.plus(IDLE)).outcome())
        .isEqualTo(INSERTED);
  }

  @Test
  void s01_oldestAreEvictedAndNamedWithTheirChildren() {
    insert(
        lasting(4, start.plusSeconds(2)).group("g").build(),
        lasting(3, start).group("g").build(),
        lasting(2, start).group("g").build(),
        sliding(9, start).parent(id(2)).build());

    InsertResult insertion =
        store.insert(lasting(5, start).group("g").build(), new Limit(2, EVICT_OLDEST), start);

    assertThat(insertion).isEqualTo(new InsertResult(INSERTED, List.of(id(2), id(9), id(3))));
    assertThat(store.find(id(3)).orElseThrow().revocation())
        .isEqualTo(Revocation.of(RevocationReason.EVICTED, start));
    assertThat(store.find(id(4)).orElseThrow().revocation()).isNull();
  }

  @Test
  void s01_evictedChildCountsTowardsTheRoomNeeded() {
    insert(
        lasting(1, start).group("g").build(),
        sliding(2, start.plusSeconds(1)).group("g").parent(id(1)).build(),
        lasting(3, start.plusSeconds(2)).group("g").build());

    InsertResult insertion =
        store.insert(lasting(4, start).group("g").build(), new Limit(2, EVICT_OLDEST), start);

    assertThat(insertion.evicted()).containsExactly(id(1), id(2));
  }

  @Test
  void s01_parentIsNeverEvictedForItsChild() {
    insert(lasting(1, start).group("g").build(), lasting(2, start).group("g").build());
    TokenRecord child = sliding(3, start).group("g").parent(id(1)).build();

    assertThat(store.insert(child, new Limit(1, EVICT_OLDEST), start).outcome())
        .isEqualTo(GROUP_FULL);
    assertThat(store.insert(child, new Limit(2, EVICT_OLDEST), start).evicted())
        .containsExactly(id(2));
  }

  @Test
  void s01_parentMustBeLive() {
    insert(sliding(1, start).build(), lasting(2, start).build());
    store.revoke(id(2), closed(start));

    for (int parent : List.of(1, 2, 3)) {
      TokenRecord child = sliding(9, start).parent(id(parent)).build();
      assertThat(store.insert(child, Limit.NONE, start.plus(IDLE)).outcome())
          .isEqualTo(PARENT_ENDED);
    }
    assertThat(store.find(id(9))).isEmpty();
  }

  @Test
  void s01_childOfAnotherSubjectIsRefused() {
    insert(lasting(1, start).build());
    TokenRecord child =
        TokenRecord.builder(id(2), TokenKind.OPEN, "bob", start).parent(id(1)).build();

    assertThatIllegalArgumentException().isThrownBy(() -> insert(child));
    assertThat(store.find(id(2))).isEmpty();
  }

  @Test
  void s01_groupIsThatOfOneSubject() {
    Limit one = new Limit(1, REJECT);
    insert(lasting(1, start).group("g").build());
    TokenRecord other = TokenRecord.builder(id(2), TokenKind.OPEN, "bob", start).group("g").build();

    assertThat(store.insert(other, one, start).outcome()).isEqualTo(INSERTED);
  }

  @Test
  void s01_childCannotBeAParent() {
    insert(lasting(1, start).build(), sliding(2, start).parent(id(1)).build());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> insert(sliding(3, start).parent(id(2)).build()));
  }

  @Test
  void s01_revokedRecordIsNotInserted() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> insert(lasting(1, start).revocation(closed(start)).build()));
  }

  @Test
  void s02_secondRecordOfOneIdChangesNothing() {
    TokenRecord first = sliding(1, start).group("g").build();
    insert(first, lasting(2, start).build());
    TokenRecord second = lasting(1, start).group("g").client("other").build();

    for (Instant now : List.of(start, start.plus(IDLE))) {
      assertThatExceptionOfType(DuplicateTokenException.class)
          .isThrownBy(() -> store.insert(second, new Limit(1, EVICT_OLDEST), now));
    }
    assertThatExceptionOfType(DuplicateTokenException.class)
        .isThrownBy(() -> store.replace(id(2), 0, lasting(1, start).build(), Limit.NONE, start));
    assertThat(store.find(id(1))).contains(first);
    assertThat(store.find(id(2)).orElseThrow().revocation()).isNull();
  }

  @Test
  void s05_renewNeverMovesBack() {
    TokenRecord record = sliding(1, start).build();
    insert(record);
    Instant later = start.plusSeconds(60);

    assertThat(store.renew(List.of(use(1, later)), later)).isEmpty();
    assertThat(store.renew(List.of(use(1, start)), later)).isEmpty();
    assertThat(store.find(id(1))).contains(record.renewed(use(1, later)));
  }

  @Test
  void s05_renewGoesByTheGivenTimeAndNamesTheDead() {
    insert(
        sliding(1, start).build(),
        sliding(2, start).build(),
        sliding(3, start.plusSeconds(1)).build());
    store.revoke(id(2), closed(start));

    assertThat(
            store.renew(
                List.of(use(1, start), use(2, start), use(3, start), use(4, start)),
                start.plus(IDLE)))
        .isEqualTo(Set.of(id(1), id(2), id(4)));
    assertThat(store.renew(List.of(use(1, start.plus(IDLE))), start.plus(IDLE).minus(TICK)))
        .isEmpty();
  }

  @Test
  void s06_nothingRevivesARevokedRecord() {
    insert(sliding(1, start).build());
    store.revoke(id(1), closed(start));
    TokenRecord ended = store.find(id(1)).orElseThrow();

    store.renew(List.of(use(1, start.plusSeconds(1))), start);
    store.replace(id(1), 0, sliding(2, start).build(), Limit.NONE, start);

    assertThat(store.find(id(1))).contains(ended);
    assertThat(store.find(id(2))).isEmpty();
  }

  @Test
  void s07_successorTakesThePlaceWithoutBeingCounted() {
    insert(lasting(1, start).group("g").build(), sliding(3, start).parent(id(1)).build());

    assertThat(store.replace(id(1), 0, lasting(2, start).group("g").build(), Limit.NONE, start))
        .isTrue();

    assertThat(store.find(id(1)).orElseThrow().revocation())
        .isEqualTo(new Revocation(start, RevocationReason.REPLACED, id(2)));
    assertThat(store.find(id(3)).orElseThrow().revocation())
        .isEqualTo(Revocation.of(RevocationReason.REPLACED, start));
    assertThat(
            store
                .insert(lasting(4, start).group("g").build(), new Limit(1, REJECT), start)
                .outcome())
        .isEqualTo(GROUP_FULL);
  }

  @Test
  void s07_onlyTheGivenVersionIsReplaced() {
    insert(lasting(1, start).build());
    store.amend(id(1), 0, DETAILS, start);

    assertThat(store.replace(id(1), 0, lasting(2, start).build(), Limit.NONE, start)).isFalse();
    assertThat(store.find(id(2))).isEmpty();
    assertThat(store.replace(id(1), 7, lasting(2, start).build(), Limit.NONE, start)).isTrue();
  }

  @Test
  void s07_otherRecordsOfTheGroupCountTowardsTheLimit() {
    insert(lasting(1, start).group("g").build(), lasting(2, start).group("g").build());
    TokenRecord successor = lasting(3, start).group("g").build();

    assertThat(store.replace(id(1), 0, successor, new Limit(1, EVICT_OLDEST), start)).isFalse();
    assertThat(store.find(id(1)).orElseThrow().revocation()).isNull();
    assertThat(store.replace(id(1), 0, successor, new Limit(2, REJECT), start)).isTrue();
  }

  @Test
  void s07_onlyALiveRecordIsReplaced() {
    insert(sliding(1, start).build());

    assertThat(store.replace(id(1), 0, lasting(2, start).build(), Limit.NONE, start.plus(IDLE)))
        .isFalse();
    assertThat(store.replace(id(3), 0, lasting(2, start).build(), Limit.NONE, start)).isFalse();
    assertThat(store.find(id(2))).isEmpty();
  }

  @Test
  void s07_invalidSuccessorChangesNothing() {
    insert(lasting(1, start).group("g").build(), lasting(3, start).build());

    for (TokenRecord unfit :
        List.of(
            lasting(2, start).build(),
            lasting(2, start).group("h").build(),
            TokenRecord.builder(id(2), TokenKind.OPEN, "bob", start).group("g").build(),
            lasting(2, start).group("g").parent(id(3)).build(),
            lasting(2, start).group("g").revocation(closed(start)).build())) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store.replace(id(1), 0, unfit, Limit.NONE, start));
    }
    assertThat(store.find(id(1)).orElseThrow().revocation()).isNull();
    assertThat(store.find(id(2))).isEmpty();
  }

  @Test
  void s08_firstRevocationWins() {
    insert(sliding(1, start).build());
    Revocation late = closed(start.plus(IDLE).plusSeconds(1));

    assertThat(store.revoke(id(1), late)).containsExactly(id(1));
    assertThat(store.revoke(id(1), closed(start))).isEmpty();
    assertThat(store.revoke(id(2), closed(start))).isEmpty();
    assertThat(store.find(id(1)).orElseThrow().revocation()).isEqualTo(late);
  }

  @Test
  void s09_childrenAreRevokedWithTheirParent() {
    insert(
        lasting(5, start).build(),
        sliding(2, start).parent(id(5)).build(),
        sliding(1, start.plusSeconds(1)).parent(id(5)).build(),
        sliding(3, start).parent(id(5)).build());
    store.revoke(id(3), closed(start));
    Revocation replaced = new Revocation(start, RevocationReason.REPLACED, id(9));

    assertThat(store.revoke(id(5), replaced)).containsExactly(id(5), id(2), id(1));
    assertThat(store.find(id(1)).orElseThrow().revocation())
        .isEqualTo(Revocation.of(RevocationReason.REPLACED, start));
    assertThat(store.find(id(3)).orElseThrow().revocation()).isEqualTo(closed(start));
  }

  @Test
  void s10_revokeAllSparesExceptedRecords() {
    insert(
        lasting(1, start).build(),
        lasting(2, start.plusSeconds(60)).build(),
        lasting(3, start.plusSeconds(60).plus(TICK)).build(),
        lasting(4, start).build(),
        sliding(5, start).parent(id(4)).build(),
        sliding(6, start).parent(id(1)).build(),
        TokenRecord.builder(id(7), TokenKind.OPEN, "bob", start).build());

    List<TokenId> ended =
        store.revokeAll(
            Selection.ofSubject("alice").except(Set.of(id(4), id(6))), closed(start), 10);

    assertThat(ended).containsExactlyInAnyOrder(id(1), id(2), id(3), id(5), id(6));
  }

  @Test
  void s10_revokeAllContinuesInBatches() {
    for (int number = 1; number <= 5; number++) {
      insert(lasting(number, start).build());
    }
    Selection all = Selection.ofSubject("alice");
    List<List<TokenId>> calls = new ArrayList<>();
    do {
      calls.add(store.revokeAll(all, closed(start), 2));
    } while (calls.get(calls.size() - 1).size() >= 2);

    assertThat(calls).containsExactly(List.of(id(1), id(2)), List.of(id(3), id(4)), List.of(id(5)));
  }

  @Test
  void s10_externalIdsAreSelectedAsAmended() {
    ExternalId session = new ExternalId("issuer", "session");
    ExternalId account = new ExternalId("issuer", "account");
    TokenDetails linked = DETAILS.toBuilder().origin(new Origin(session, account)).build();
    insert(lasting(1, start).build(), lasting(2, start).details(linked).build());
    insert(lasting(3, start).details(linked).build());
    store.amend(id(1), 0, linked, start);
    store.amend(id(2), 7, linked.amended(8).origin(null).build(), start);

    assertThat(store.revokeAll(Selection.ofExternalSession(account), closed(start), 9)).isEmpty();
    assertThat(
            store.revokeAll(
                Selection.ofExternalSession(session).except(Set.of(id(3))), closed(start), 9))
        .containsExactly(id(1));
    assertThat(store.revokeAll(Selection.ofExternalAccount(account), closed(start), 9))
        .containsExactly(id(3));
  }

  @Test
  void s11_listIsNewestFirstInPages() {
    insert(
        lasting(1, start).build(),
        lasting(2, start.plusSeconds(1)).build(),
        lasting(3, start.plusSeconds(1)).build(),
        lasting(4, start.plusSeconds(2)).build(),
        sliding(5, start.minus(IDLE)).build(),
        lasting(6, start).build());
    store.revoke(id(6), closed(start));

    List<TokenRecord> first = store.list("alice", start, null, 2);
    List<TokenRecord> second = store.list("alice", start, PageCursor.of(first.get(1)), 9);

    assertThat(first).extracting(TokenRecord::id).containsExactly(id(4), id(3));
    assertThat(second).extracting(TokenRecord::id).containsExactly(id(2), id(1));
    assertThat(store.list("Alice", start, null, 9)).isEmpty();
  }

  @Test
  void s14_closeIsIdempotent() {
    store.close();
    store.close();
  }

  @Test
  void s16_closedStoreNeverAnswersNotFound() {
    insert(lasting(1, start).build());
    store.close();

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> store.find(id(1)))
        .satisfies(unknown -> assertThat(unknown.retryable()).isFalse());
    List<Runnable> others =
        List.of(
            () -> insert(lasting(2, start).build()),
            () -> store.renew(List.of(), start),
            () -> store.replace(id(1), 0, lasting(2, start).build(), Limit.NONE, start),
            () -> store.revoke(id(1), closed(start)),
            () -> store.revokeAll(Selection.ofSubject("alice"), closed(start), 1),
            () -> store.list("alice", start, null, 1),
            () -> store.changes(0, null, 1),
            () -> store.amend(id(1), 0, DETAILS, start),
            () -> store.find(List.of(id(1))),
            () -> store.mark("name", start.plus(TICK), start),
            () -> store.marked("name", start),
            () -> store.sweep(0, start, start, 1));
    assertThat(others)
        .allSatisfy(
            call -> assertThatExceptionOfType(TokenStoreException.class).isThrownBy(call::run));
  }

  private void insert(TokenRecord... records) {
    for (TokenRecord record : records) {
      assertThat(store.insert(record, Limit.NONE, start).outcome()).isEqualTo(INSERTED);
    }
  }

  private static Renewal use(int number, Instant at) {
    return new Renewal(id(number), at, at.plus(IDLE));
  }

  private static Revocation closed(Instant at) {
    return Revocation.of(RevocationReason.CLOSED, at);
  }
}
