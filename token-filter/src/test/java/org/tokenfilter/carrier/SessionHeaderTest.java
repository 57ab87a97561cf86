package org.tokenfilter.carrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.SessionId;
import org.tokenfilter.token.TokenRejectedException;

/** The header that names the session of a user token. */
class SessionHeaderTest {

  private final SessionHeader header = new SessionHeader("session");

  @Test
  void readsSessionId() throws Exception {
    assertThat(header.read(SentRequest.get().header("session", "a").received())).isEqualTo("a");
    assertThat(header.read(SentRequest.get().header("SESSION", "a").received())).isEqualTo("a");
    assertThat(
            header.read(SentRequest.get().header("session", "a").header("session", "a").received()))
        .isEqualTo("a");
  }

  @Test
  void ignoresMissingAndEmptyHeaders() throws Exception {
    assertThat(header.read(SentRequest.get().received())).isNull();
    assertThat(header.read(SentRequest.get().header("session", "").received())).isNull();
    assertThat(
            header.read(SentRequest.get().header("session", "").header("session", "a").received()))
        .isEqualTo("a");
  }

  @Test
  void refusesTwoDifferentHeaders() {
    for (String other : new String[] {"b", "A", " a", "a,a"}) {
      assertThatExceptionOfType(TokenRejectedException.class)
          .isThrownBy(
              () ->
                  header.read(
                      SentRequest.get().header("session", "a").header("session", other).received()))
          .extracting(TokenRejectedException::rejection)
          .isEqualTo(Rejection.BAD_REQUEST);
    }
  }

  @Test
  void keepsTheValueUnchanged() throws Exception {
    assertThat(header.read(SentRequest.get().header("session", "a, b").received()))
        .isEqualTo("a, b");
  }

  @Test
  void ignoresCookieOfTheSameName() throws Exception {
    assertThat(
            header.read(SentRequest.get().cookie("SESSION", "a").cookie("session", "b").received()))
        .isNull();
    assertThat(
            header.read(SentRequest.get().cookie("SESSION", "a").header("session", "b").received()))
        .isEqualTo("b");
  }

  @Test
  void readsConfiguredHeaderName() throws Exception {
    SessionHeader chosen = new SessionHeader("X-Gateway-Session");

    assertThat(chosen.read(SentRequest.get().header("x-gateway-session", "a").received()))
        .isEqualTo("a");
    assertThat(chosen.read(SentRequest.get().header("session", "a").received())).isNull();
  }

  @Test
  void writesSessionIdAndPreventsCaching() throws Exception {
    WrittenResponse written = new WrittenResponse();
    SessionId session = SessionId.parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");

    header.write(written.response(), session);

    assertThat(written.headers())
        .containsExactlyInAnyOrder(
            "session: " + session.value(),
            "Cache-Control: no-store",
            "Pragma: no-cache",
            "X-Content-Type-Options: nosniff");
  }
}
