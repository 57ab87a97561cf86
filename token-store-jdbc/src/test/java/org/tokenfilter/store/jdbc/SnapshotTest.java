package org.tokenfilter.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class SnapshotTest {

  @Test
  void laterSnapshotIncludesAnEarlierOne() {
    Snapshot early = Snapshot.parse("10:20:10,15");

    assertThat(Snapshot.parse("15:25:15").includes(early)).isTrue();
    assertThat(Snapshot.parse("25:25:").includes(early)).isTrue();
    assertThat(early.includes(early)).isTrue();
    assertThat(Snapshot.parse("10:30:10,15,22").includes(early))
        .as("a transaction that began later")
        .isTrue();
  }

  @Test
  void snapshotLacksWhatWasInProgressOrBeganLater() {
    Snapshot late = Snapshot.parse("25:25:");

    assertThat(Snapshot.parse("10:25:10").includes(late)).as("10 was in progress").isFalse();
    assertThat(Snapshot.parse("24:24:").includes(late)).as("24 began later").isFalse();
  }

  @Test
  void otherTextsAreNoSnapshots() {
    for (String text :
        List.of(
            "",
            "1:2",
            "1:2:x",
            "1:2:3,",
            "-1:2:",
            "1:9999999999999999999:",
            "0:2:",
            "2:1:",
            "5:9:4",
            "5:9:9",
            "5:9:7,6")) {
      assertThatIllegalArgumentException().isThrownBy(() -> Snapshot.parse(text));
    }
  }

  @Test
  void cursorsAreReadBack() {
    Snapshot told = Snapshot.parse("10:20:10,15");
    SnapshotCursor end = SnapshotCursor.after("life", told);
    SnapshotCursor middle =
        new SnapshotCursor("life", told, Snapshot.parse("21:30:21"), "15", "00ff");

    assertThat(SnapshotCursor.parse(end.text())).isEqualTo(end);
    assertThat(SnapshotCursor.parse(middle.text())).isEqualTo(middle);
    for (String text :
        List.of(
            "",
            "life",
            "life|1:2",
            "life|1:2:|3:4:",
            "life|1:2:|3:4:|x|00",
            "life|1:2:|3:4:|5|abc",
            "|||||")) {
      assertThat(SnapshotCursor.parse(text)).as(text).isNull();
    }
  }
}
