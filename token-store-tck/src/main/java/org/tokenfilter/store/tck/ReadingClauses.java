package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.store.tck.StoreFixture.IDLE;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenRecord;

/** S3, S4 and S11: finding and listing records. */
interface ReadingClauses extends StoreUnderTest {

  @Test
  default void s03_eachNodeSeesWhatTheOtherWrote() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord record = fixture.sliding().build();
    assertThat(otherNode().find(record.id())).isEmpty();

    store().insert(record, Limit.NONE, fixture.now());
    assertThat(otherNode().find(record.id())).contains(record);

    fixture.advance(Duration.ofMinutes(1));
    store().renew(List.of(fixture.renewal(record)), fixture.now());
    TokenRecord renewed = record.renewed(fixture.renewal(record));
    assertThat(otherNode().find(record.id())).contains(renewed);

    TokenRecord successor = fixture.sliding().build();
    fixture.replace(otherNode(), record, successor);
    Revocation replaced = new Revocation(fixture.now(), RevocationReason.REPLACED, successor.id());
    assertThat(store().find(record.id())).contains(renewed.revoked(replaced));
    assertThat(store().find(successor.id())).contains(successor);

    otherNode().revoke(successor.id(), fixture.closedNow());
    assertThat(store().find(successor.id())).contains(successor.revoked(fixture.closedNow()));
  }

  @Test
  default void s04_revokedRecordIsFound() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord ended =
        fixture.revoke(fixture.insert(fixture.sliding().attributes(Map.of("a", "b"))));

    fixture.assertFound(ended);
  }

  @Test
  default void s04_expiredRecordIsFoundBeforeAndAfterASweep() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord record = fixture.insert(fixture.sliding());
    fixture.advance(IDLE.plusMinutes(4));

    fixture.assertFound(record);
    fixture.sweep(fixture.now(), fixture.now().minus(Duration.ofMinutes(5)));
    assertThat(fixture.find(record).liveAt(fixture.now())).isFalse();
  }

  @Test
  default void s11_listHoldsTheSubjectsLiveRecordsNewestFirst() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord expired = fixture.insert(fixture.sliding());
    fixture.advance(Duration.ofMinutes(1));
    TokenRecord first = fixture.insert(fixture.sliding());
    fixture.advance(Duration.ofMinutes(1));
    TokenRecord third = fixture.insert(fixture.lastingSince(fixture.now().plusMillis(1)));
    TokenRecord second = fixture.insert(fixture.lasting());
    fixture.revoke(fixture.insert(fixture.lasting()));
    new StoreFixture(this).insert(new StoreFixture(this).lasting());

    fixture.advance(IDLE.minusMinutes(2));
    assertThat(store().list(fixture.subject, fixture.now(), null, 9))
        .containsExactly(third, second, first);
    assertThat(store().list(fixture.subject, fixture.now().minusMillis(1), null, 9))
        .containsExactly(third, second, first, expired);
  }

  @Test
  default void s11_pagesFollowOnEachOtherWithoutGapOrRepetition() {
    StoreFixture fixture = new StoreFixture(this);
    List<TokenRecord> newestFirst =
        IntStream.range(0, 10)
            .mapToObj(
                number ->
                    fixture.insert(fixture.lastingSince(fixture.now().plusMillis(number / 4))))
            .sorted(Comparator.comparing(PageCursor::of).reversed())
            .toList();

    List<TokenRecord> seen = new ArrayList<>();
    List<TokenRecord> page = otherNode().list(fixture.subject, fixture.now(), null, 3);
    while (!page.isEmpty() && seen.size() < 20) {
      assertThat(page).hasSizeLessThanOrEqualTo(3);
      seen.addAll(page);
      PageCursor last = PageCursor.of(seen.get(seen.size() - 1));
      page = store().list(fixture.subject, fixture.now(), last, 3);
    }
    assertThat(seen).containsExactlyElementsOf(newestFirst);
  }

  @Test
  default void s11_pageStartsAfterARecordThatIsNoLongerThere() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord older = fixture.insert(fixture.lasting());
    TokenRecord last = fixture.insert(fixture.lastingSince(fixture.now().plusMillis(1)));
    fixture.revoke(last);

    assertThat(store().list(fixture.subject, fixture.now(), PageCursor.of(last), 9))
        .containsExactly(older);
  }
}
