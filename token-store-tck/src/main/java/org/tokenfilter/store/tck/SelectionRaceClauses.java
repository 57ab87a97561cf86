package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.ExternalId;
import org.tokenfilter.store.Origin;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** S10: the revocation of a selection while its records are replaced on two nodes. */
interface SelectionRaceClauses extends StoreUnderTest {

  @Test
  default void s10_noSuccessorSlipsThrough() throws Exception {
    ExternalId session = new ExternalId("https://idp.example", StoreFixture.newId().toString());
    ExternalId account = new ExternalId("https://idp.example", StoreFixture.newId().toString());
    TokenDetails details =
        TokenDetails.NONE.toBuilder().origin(new Origin(session, account)).build();
    List<Function<StoreFixture, Selection>> selections =
        List.of(
            fixture -> Selection.ofSubject(fixture.subject),
            fixture -> Selection.ofGroup(fixture.subject, fixture.group),
            fixture -> Selection.ofExternalSession(session),
            fixture -> Selection.ofExternalAccount(account));
    try (Race race = new Race(12)) {
      for (int round = 0; round < Race.ROUNDS; round++) {
        for (Function<StoreFixture, Selection> selection : selections) {
          StoreFixture fixture = new StoreFixture(this);
          raceOnce(race, fixture, selection.apply(fixture), details);
        }
      }
    }
  }

  /** Runner 0 revokes all in small steps; each of the others replaces a record of its own. */
  private void raceOnce(Race race, StoreFixture fixture, Selection selection, TokenDetails details)
      throws Exception {
    List<TokenRecord> records =
        IntStream.range(0, 12)
            .mapToObj(number -> fixture.insert(member(fixture, details)))
            .toList();

    race.start(
        number -> {
          if (number == 0) {
            return revokeAll(selection, fixture);
          }
          TokenRecord successor = member(fixture, details).build();
          return fixture.replace(node(number), records.get(number), successor);
        });

    assertThat(fixture.live()).isEmpty();
  }

  private boolean revokeAll(Selection selection, StoreFixture fixture) {
    int revoked;
    do {
      revoked = store().revokeAll(selection, fixture.closedNow(), 3).size();
    } while (revoked >= 3);
    return true;
  }

  private static TokenRecord.Builder member(StoreFixture fixture, TokenDetails details) {
    return fixture.lasting().group(fixture.group).details(details);
  }

  private TokenStore node(int number) {
    return number % 2 == 0 ? store() : otherNode();
  }
}
