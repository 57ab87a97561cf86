package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.tokenfilter.store.tck.Scene.IDLE;
import static org.tokenfilter.store.tck.Scene.LONG_AGO;
import static org.tokenfilter.store.tck.Scene.ids;
import static org.tokenfilter.store.tck.Scene.use;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.DuplicateTokenException;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.TokenRecord;

/** S5 and S6: renewals extend live records, and nothing revives dead ones. */
interface RenewalClauses extends StoreUnderTest {

  @Test
  default void s05_renewMovesUseAndDeadlineForward() {
    Scene scene = new Scene(this);
    TokenRecord record = scene.insert(scene.sliding().expiresAt(scene.now().plus(IDLE)));
    scene.pass(Duration.ofMinutes(29));

    assertThat(store().renew(List.of(scene.use(record)), scene.now())).isEmpty();
    assertThat(scene.find(record)).isEqualTo(record.renewed(scene.use(record)));
  }

  @Test
  default void s05_renewNeverMovesBack() {
    Scene scene = new Scene(this);
    TokenRecord record = scene.insert(scene.sliding());
    Instant early = scene.now();
    scene.pass(Duration.ofMinutes(10));
    Instant late = scene.now();
    TokenRecord renewed = record.renewed(use(record, late));

    assertThat(store().renew(List.of(use(record, late)), late)).isEmpty();
    assertThat(otherNode().renew(List.of(use(record, early)), late)).isEmpty();
    assertThat(scene.find(record)).isEqualTo(renewed);
  }

  @Test
  default void s05_useAndDeadlineMoveEachOnItsOwn() {
    Scene scene = new Scene(this);
    TokenRecord record = scene.insert(scene.sliding());
    Instant deadline = scene.now().plus(IDLE);
    Instant later = scene.now().plusSeconds(60);

    store().renew(List.of(new Renewal(record.id(), later, deadline.minusSeconds(60))), later);
    assertThat(scene.find(record)).isEqualTo(record.toBuilder().lastUsedAt(later).build());
    store().renew(List.of(new Renewal(record.id(), scene.now(), deadline.plusSeconds(1))), later);
    assertThat(scene.find(record))
        .isEqualTo(
            record.toBuilder().lastUsedAt(later).idle(IDLE, deadline.plusSeconds(1)).build());
  }

  @Test
  default void s05_recordWithoutAnIdleTimeoutKeepsItsUseAlone() {
    Scene scene = new Scene(this);
    TokenRecord record = scene.insert(scene.lasting());
    TokenRecord sliding = scene.insert(scene.sliding());
    scene.pass(Duration.ofMinutes(1));

    assertThat(
            store()
                .renew(
                    List.of(
                        new Renewal(record.id(), scene.now(), null),
                        new Renewal(sliding.id(), scene.now(), null)),
                    scene.now()))
        .isEmpty();
    assertThat(scene.find(record)).isEqualTo(record.toBuilder().lastUsedAt(scene.now()).build());
    assertThat(scene.find(sliding)).isEqualTo(sliding.toBuilder().lastUsedAt(scene.now()).build());
  }

  @Test
  default void s05_renewIsJudgedByTheTimeGivenAndNotByTheUse() {
    Scene scene = new Scene(this);
    Instant start = scene.now();
    TokenRecord idle = scene.insert(scene.sliding());
    TokenRecord hard = scene.insert(scene.sliding().expiresAt(start.plus(IDLE)));
    TokenRecord open = scene.insert(scene.lasting().expiresAt(start.plus(IDLE)));
    List<TokenRecord> records = List.of(idle, hard, open);
    scene.pass(IDLE);
    List<Renewal> uses = records.stream().map(record -> use(record, start)).toList();

    assertThat(store().renew(uses, scene.now())).containsExactlyInAnyOrderElementsOf(ids(records));
    scene.assertUnchanged(idle, hard, open);
    assertThat(store().renew(uses, scene.now().minusMillis(1))).isEmpty();
  }

  @Test
  default void s05_renewNamesTheDeadAndRenewsTheOthers() {
    Scene scene = new Scene(this);
    TokenRecord expired = scene.insert(scene.sliding());
    scene.pass(IDLE);
    TokenRecord ended = scene.close(scene.insert(scene.lasting()));
    TokenRecord unknown = scene.lasting().build();
    TokenRecord live = scene.insert(scene.sliding());
    scene.pass(Duration.ofMinutes(1));
    List<Renewal> uses = Stream.of(expired, live, ended, unknown).map(scene::use).toList();

    assertThat(store().renew(uses, scene.now()))
        .containsExactlyInAnyOrderElementsOf(ids(expired, ended, unknown));
    scene.assertUnchanged(expired, ended);
    scene.assertUnknown(unknown);
    assertThat(scene.find(live)).isEqualTo(live.renewed(scene.use(live)));
  }

  @Test
  default void s05_oneCallRenewsMany() {
    Scene scene = new Scene(this);
    List<TokenRecord> records =
        IntStream.range(0, 1_200).mapToObj(number -> scene.insert(scene.sliding())).toList();
    TokenRecord dead = scene.close(records.get(777));
    scene.pass(Duration.ofMinutes(1));

    assertThat(store().renew(records.stream().map(scene::use).toList(), scene.now()))
        .containsExactly(dead.id());
    assertThat(scene.live())
        .hasSize(1_199)
        .allMatch(record -> scene.now().equals(record.lastUsedAt()));
    assertThat(store().renew(List.of(), scene.now())).isEmpty();
  }

  @Test
  default void s06_nothingRevivesAnEndedRecord() {
    Scene scene = new Scene(this);
    TokenRecord ended = scene.close(scene.insert(scene.sliding()));

    assertThat(store().renew(List.of(scene.use(ended)), scene.now())).containsExactly(ended.id());
    assertThat(store().replace(ended.id(), scene.sliding().build(), scene.now())).isFalse();
    assertThatExceptionOfType(DuplicateTokenException.class)
        .isThrownBy(
            () -> store().insert(scene.lastingWith(ended.id()).build(), Limit.NONE, scene.now()));
    store().sweep(scene.now(), LONG_AGO, 100);

    scene.assertUnchanged(ended);
    assertThat(scene.live()).isEmpty();
  }

  @Test
  default void s06_nothingRevivesAnExpiredRecord() {
    Scene scene = new Scene(this);
    TokenRecord expired = scene.insert(scene.sliding());
    scene.pass(IDLE);

    assertThat(store().renew(List.of(scene.use(expired)), scene.now()))
        .containsExactly(expired.id());
    assertThat(store().replace(expired.id(), scene.sliding().build(), scene.now())).isFalse();

    scene.assertUnchanged(expired);
    assertThat(scene.live()).isEmpty();
  }
}
