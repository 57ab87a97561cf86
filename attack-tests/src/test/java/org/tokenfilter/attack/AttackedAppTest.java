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
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.WebApp.Session;

/** The checks of an attack case detect a failure, on each container. */
class AttackedAppTest {

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void recordsAnswersAndServletRuns(Container container) throws Exception {
    try (AttackedApp app = AttackedApp.plan(folder).container(container).start()) {
      Session alice = app.session(Accounts.ALICE, 0);
      AttackCase.Attack valid =
          it ->
              it.http()
                  .get(
                      "/secure/x",
                      "Authorization: Bearer " + alice.token(),
                      "Cookie: SESSION=" + alice.id());
      app.check(AttackCase.of("accepted", ExpectedAnswer.OK, valid));
      assertThat(app.ran()).containsExactly("alice");
      AttackCase.Attack nothing = it -> it.http().get("/secure/x");
      app.check(AttackCase.of("without a token", ExpectedAnswer.NOTHING, nothing));
      for (ExpectedAnswer other : ExpectedAnswer.values()) {
        if (other != ExpectedAnswer.OK) {
          assertThatThrownBy(() -> app.check(AttackCase.of("accepted", other, valid)))
              .isInstanceOf(AssertionError.class);
        }
        if (other != ExpectedAnswer.NOTHING) {
          assertThatThrownBy(() -> app.check(AttackCase.of("without a token", other, nothing)))
              .isInstanceOf(AssertionError.class);
        }
      }
    }
  }

  @Test
  void detectsSecretInLog() throws Exception {
    try (AttackedApp app = AttackedApp.plan(folder).start()) {
      String open = app.open(Accounts.ALICE, 5);
      assertThatCode(app::assertNoSecretLogged).doesNotThrowAnyException();
      LoggerFactory.getLogger("org.tokenfilter.any").trace("seen: {}.", open);
      assertThatThrownBy(app::assertNoSecretLogged).isInstanceOf(AssertionError.class);
    }
  }
}
