package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;
import org.tokenfilter.Accounts;
import org.tokenfilter.WebApp.Session;

/** The checks of an attack case detect a failure, on each container. */
class AttackedAppTest {

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void answersAndRunsOfTheServletAreSeen(Container container) throws Exception {
    try (AttackedApp app = AttackedApp.plan(folder).in(container).start()) {
      Session alice = app.session(Accounts.ALICE, 0);
      Row.Attack valid =
          it ->
              it.http()
                  .get(
                      "/secure/x",
                      "Authorization: Bearer " + alice.token(),
                      "Cookie: SESSION=" + alice.id());
      app.check(Row.of("accepted", Verdict.OK, valid));
      assertThat(app.ran()).containsExactly("alice");
      Row.Attack nothing = it -> it.http().get("/secure/x");
      app.check(Row.of("without a token", Verdict.NOTHING, nothing));
      for (Verdict other : Verdict.values()) {
        if (other != Verdict.OK) {
          assertThatThrownBy(() -> app.check(Row.of("accepted", other, valid)))
              .isInstanceOf(AssertionError.class);
        }
        if (other != Verdict.NOTHING) {
          assertThatThrownBy(() -> app.check(Row.of("without a token", other, nothing)))
              .isInstanceOf(AssertionError.class);
        }
      }
    }
  }

  @Test
  void aSecretInTheLogIsSeen() throws Exception {
    try (AttackedApp app = AttackedApp.plan(folder).start()) {
      String open = app.open(Accounts.ALICE, 5);
      assertThatCode(app::assertSilent).doesNotThrowAnyException();
      LoggerFactory.getLogger("org.tokenfilter.any").trace("seen: {}.", open);
      assertThatThrownBy(app::assertSilent).isInstanceOf(AssertionError.class);
    }
  }
}
