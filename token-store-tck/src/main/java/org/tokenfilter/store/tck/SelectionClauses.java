package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.store.tck.StoreFixture.IDLE;
import static org.tokenfilter.store.tck.StoreFixture.ids;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.ExternalId;
import org.tokenfilter.store.Origin;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/** S10: the revocation of all records of a selection. */
interface SelectionClauses extends StoreUnderTest {

  @Test
  default void s10_revokeAllRevokesTheSubjectsRecordsExceptTheNamed() {
    StoreFixture fixture = new StoreFixture(this);
    StoreFixture other = new StoreFixture(this);
    TokenRecord parent = fixture.insert(fixture.lasting());
    TokenRecord spared = fixture.insert(fixture.lasting());
    TokenRecord childOfSpared = fixture.insert(fixture.sliding().parent(spared.id()));
    TokenRecord sparedChild = fixture.insert(fixture.sliding().parent(parent.id()));
    TokenRecord stranger = fixture.insert(other.sliding());
    TokenRecord expired = fixture.insert(fixture.sliding());
    fixture.advance(IDLE);
    TokenRecord ended = fixture.revoke(fixture.insert(fixture.lasting()));
    Selection selection =
        Selection.ofSubject(fixture.subject).except(Set.of(spared.id(), sparedChild.id()));

    List<TokenId> answer = store().revokeAll(selection, fixture.closedNow(), 9);

    List<TokenRecord> ends = List.of(parent, childOfSpared, sparedChild, expired);
    assertThat(answer).containsExactlyInAnyOrderElementsOf(ids(ends));
    assertThat(ends.stream().map(fixture::find))
        .containsExactlyElementsOf(
            ends.stream().map(record -> record.revoked(fixture.closedNow())).toList());
    fixture.assertUnchanged(spared, stranger, ended);
    assertThat(fixture.live()).containsExactly(spared);
  }

  @Test
  default void s10_timesOfTheRecordsDoNotMatter() {
    StoreFixture fixture = new StoreFixture(this);
    for (Duration ahead :
        List.of(
            Duration.ofDays(-9), Duration.ofMinutes(1), Duration.ofHours(1), Duration.ofDays(9))) {
      fixture.insert(fixture.lastingSince(fixture.now().plus(ahead)));
    }

    assertThat(store().revokeAll(Selection.ofSubject(fixture.subject), fixture.closedNow(), 9))
        .hasSize(4);
    assertThat(fixture.live()).isEmpty();
  }

  @Test
  default void s10_revokeAllContinuesInBatches() {
    StoreFixture fixture = new StoreFixture(this);
    for (int number = 0; number < 5; number++) {
      fixture.insert(fixture.lasting());
    }
    Selection all = Selection.ofSubject(fixture.subject);
    List<Integer> sizes = new ArrayList<>();
    List<TokenId> answer;
    do {
      answer = store().revokeAll(all, fixture.closedNow(), 2);
      sizes.add(answer.size());
    } while (answer.size() >= 2 && sizes.size() < 9);

    assertThat(sizes).containsExactly(2, 2, 1);
    assertThat(fixture.live()).isEmpty();
  }

  @Test
  default void s10_exceptionsDoNotCountTowardsTheLimit() {
    StoreFixture fixture = new StoreFixture(this);
    List<TokenRecord> spared = new ArrayList<>();
    for (int number = 0; number < 6; number++) {
      fixture.insert(fixture.lastingSince(fixture.now().plusMillis(number)));
      spared.add(fixture.insert(fixture.lastingSince(fixture.now().plusMillis(number))));
    }
    Selection selection = Selection.ofSubject(fixture.subject).except(new HashSet<>(ids(spared)));

    List<TokenId> answer = store().revokeAll(selection, fixture.closedNow(), 4);
    assertThat(answer).hasSize(4).doesNotContainAnyElementsOf(ids(spared));
    assertThat(store().revokeAll(selection, fixture.closedNow(), 4)).hasSize(2);
    assertThat(fixture.live()).containsExactlyInAnyOrderElementsOf(spared);
    fixture.assertUnchanged(spared.toArray(TokenRecord[]::new));
  }

  @Test
  default void s10_childrenComeOnTopOfTheLimit() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord parent = fixture.insert(fixture.lasting().group(fixture.group));
    List<TokenRecord> children =
        IntStream.range(0, 3)
            .mapToObj(number -> fixture.insert(fixture.lasting().parent(parent.id())))
            .toList();

    List<TokenId> answer =
        store()
            .revokeAll(Selection.ofGroup(fixture.subject, fixture.group), fixture.closedNow(), 1);
    assertThat(answer).contains(parent.id()).containsAll(ids(children)).hasSize(4);
    assertThat(fixture.live()).isEmpty();
  }

  @Test
  default void s10_groupIsThatOfOneSubject() {
    StoreFixture fixture = new StoreFixture(this);
    StoreFixture other = new StoreFixture(this);
    TokenRecord member = fixture.insert(fixture.lasting().group(fixture.group));
    TokenRecord spared = fixture.insert(fixture.lasting().group(fixture.group));
    List<TokenRecord> others =
        List.of(
            fixture.insert(fixture.lasting()),
            fixture.insert(fixture.lasting().group(fixture.group + "2")),
            fixture.insert(other.lasting().group(fixture.group)));
    Selection group = Selection.ofGroup(fixture.subject, fixture.group).except(Set.of(spared.id()));

    assertThat(store().revokeAll(group, fixture.closedNow(), 9)).containsExactly(member.id());
    fixture.assertUnchanged(spared);
    fixture.assertUnchanged(others.toArray(TokenRecord[]::new));
  }

  @Test
  default void s10_externalSessionAndAccountAreSelected() {
    StoreFixture fixture = new StoreFixture(this);
    StoreFixture other = new StoreFixture(this);
    String unique = StoreFixture.newId().toString();
    ExternalId session = new ExternalId("https://idp.example", "sid " + unique);
    ExternalId account = new ExternalId("https://idp.example", "sub " + unique);
    // One text as a session's and as an account's id, and the id of another issuer.
    ExternalId sameText = new ExternalId("https://other.example", session.value());
    TokenRecord inSession = insert(fixture, new Origin(session, account));
    TokenRecord spared = insert(fixture, new Origin(session, null));
    TokenRecord child = fixture.insert(fixture.lasting().parent(inSession.id()));
    TokenRecord ofAccount = insert(other, new Origin(null, account));
    TokenRecord stranger = insert(fixture, new Origin(sameText, session));
    TokenRecord plain = fixture.insert(fixture.lasting());
    Selection ofSession = Selection.ofExternalSession(session).except(Set.of(spared.id()));

    assertThat(store().revokeAll(ofSession, fixture.closedNow(), 9))
        .containsExactlyInAnyOrder(inSession.id(), child.id());
    fixture.assertUnchanged(spared, ofAccount, stranger, plain);
    assertThat(otherNode().revokeAll(Selection.ofExternalAccount(account), fixture.closedNow(), 9))
        .containsExactly(ofAccount.id());
    fixture.assertUnchanged(spared, stranger, plain);
  }

  @Test
  default void s10_selectionGoesByTheOriginAsAmended() {
    StoreFixture fixture = new StoreFixture(this);
    ExternalId before = new ExternalId("https://idp.example", StoreFixture.newId().toString());
    ExternalId after = new ExternalId("https://idp.example", StoreFixture.newId().toString());
    TokenRecord record = insert(fixture, new Origin(before, before));
    TokenRecord amended =
        fixture.amend(record, record.details().amended(7).origin(new Origin(after, after)).build());

    for (Selection old :
        List.of(Selection.ofExternalSession(before), Selection.ofExternalAccount(before))) {
      assertThat(store().revokeAll(old, fixture.closedNow(), 9)).isEmpty();
    }
    fixture.assertUnchanged(amended);
    assertThat(store().revokeAll(Selection.ofExternalSession(after), fixture.closedNow(), 9))
        .containsExactly(record.id());
  }

  private static TokenRecord insert(StoreFixture fixture, Origin origin) {
    TokenDetails details = TokenDetails.NONE.toBuilder().origin(origin).build();
    return fixture.insert(fixture.lasting().details(details));
  }
}
