package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;

/** S15: records are returned exactly as stored, to the millisecond and to the bit. */
interface FidelityClauses extends StoreUnderTest {

  @Test
  default void s15_everyComponentComesBack() {
    Scene scene = new Scene(this);
    Instant now = scene.now();
    TokenRecord parent = scene.insert(scene.lasting());

    for (TokenKind kind : TokenKind.values()) {
      TokenRecord full =
          scene.insert(
              TokenRecord.builder(Scene.newId(), kind, scene.subject, now)
                  .roles(Set.of("admin", "r\u00f4le, with \"signs\"; and\ta tab"))
                  .group(scene.group)
                  .parent(parent.id())
                  .client("2001:db8::1")
                  .binding("2001:db8::/64")
                  .lastUsedAt(now.plusMillis(1))
                  .idle(Duration.ofMillis(1_800_001), now.plusMillis(1_800_002))
                  .expiresAt(now.plusMillis(86_400_003))
                  .attributes(Map.of("tenant", "7", "empty", "", "", "no name")));
      TokenRecord bare = scene.insert(TokenRecord.builder(Scene.newId(), kind, scene.subject, now));
      scene.assertUnchanged(full, bare);
    }
  }

  @Test
  @ResourceLock(Resources.TIME_ZONE)
  default void s15_timesComeBackToTheMillisecondWhateverTheZone() {
    Scene scene = new Scene(this);
    TimeZone usual = TimeZone.getDefault();
    // In New York some of these are in a gap or overlap of local times; some are far in the future.
    List<Instant> times =
        Stream.of(
                "2097-03-10T02:30:00.001Z",
                "2097-11-03T05:30:00.999Z",
                "2097-11-03T06:30:00.999Z",
                "2999-12-31T23:59:59.997Z")
            .map(Instant::parse)
            .toList();
    try {
      TimeZone.setDefault(TimeZone.getTimeZone("America/New_York"));
      List<TokenRecord> records =
          times.stream().map(time -> scene.insert(allTimes(scene, time))).toList();
      TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));
      scene.assertUnchanged(records.toArray(TokenRecord[]::new));
      assertThat(scene.live()).containsExactlyInAnyOrderElementsOf(records);
    } finally {
      TimeZone.setDefault(usual);
    }
  }

  @Test
  default void s15_endingComesBackToTheMillisecond() {
    Scene scene = new Scene(this);

    for (Reason reason : Reason.values()) {
      TokenRecord record = scene.insert(scene.lasting());
      TokenId successor = reason == Reason.REPLACED ? Scene.newId() : null;
      Ending ending = new Ending(scene.now().plusMillis(7), reason, successor);
      store().end(record.id(), ending);
      assertThat(scene.find(record)).isEqualTo(record.ended(ending));
    }
  }

  @Test
  default void s15_idsDifferByEveryBit() {
    Scene scene = new Scene(this);
    byte[] bytes = Scene.newId().bytes();
    List<TokenRecord> records =
        IntStream.range(0, TokenId.LENGTH * 8)
            .mapToObj(bit -> scene.insert(scene.lastingWith(flipped(bytes, bit))))
            .toList();

    assertThat(scene.live()).containsExactlyInAnyOrderElementsOf(records);
    assertThat(store().find(TokenId.of(bytes))).isEmpty();
    scene.assertUnchanged(records.get(0), records.get(100), records.get(255));
    assertThat(store().end(records.get(0).id(), scene.closed())).hasSize(1);
  }

  @Test
  default void s15_idsDifferByTheCaseOfTheirText() {
    Scene scene = new Scene(this);
    TokenRecord upper = scene.insert(scene.lastingWith(TokenId.parse("ABC" + tail())));
    TokenRecord lower =
        scene.insert(scene.lastingWith(TokenId.parse("abc" + upper.id().toString().substring(3))));

    scene.assertUnchanged(upper, lower);
    assertThat(store().end(lower.id(), scene.closed())).containsExactly(lower.id());
    scene.assertUnchanged(upper);
  }

  private static String tail() {
    return Scene.newId().toString().substring(3);
  }

  private static TokenRecord.Builder allTimes(Scene scene, Instant time) {
    return scene
        .lastingSince(time)
        .idle(Duration.ofDays(1), time.plusMillis(1))
        .expiresAt(time.plusMillis(2));
  }

  private static TokenId flipped(byte[] bytes, int bit) {
    byte[] other = bytes.clone();
    other[bit / 8] ^= (byte) (1 << bit % 8);
    return TokenId.of(other);
  }
}
