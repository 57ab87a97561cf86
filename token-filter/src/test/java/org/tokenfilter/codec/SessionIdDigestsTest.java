package org.tokenfilter.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.tokenfilter.token.SessionId;

class SessionIdDigestsTest {

  private static final String TEXT = SessionId.random(new SecureRandom()).value();

  private final SessionIdDigests digests = new SessionIdDigests();

  @Test
  void findsTheRecordOfEachId() {
    SecureRandom random = new SecureRandom();

    assertThat(digests.tokenIdOf(TEXT)).isEqualTo(SessionId.parse(TEXT).tokenId());
    for (int i = 0; i < 100; i++) {
      SessionId id = SessionId.random(random);
      assertThat(digests.tokenIdOf(id.value())).isEqualTo(id.tokenId());
    }
  }

  /** Among the texts are characters with the low byte of a valid one or outside the alphabet. */
  @Test
  void refusesMalformedIdsAndStaysUsable() {
    for (String text :
        new String[] {
          "",
          TEXT + "A",
          TEXT.substring(1),
          TEXT.substring(0, 42) + "9",
          TEXT.substring(0, 42) + "\u0138",
          "\u0141" + TEXT.substring(1),
          "\u0080" + TEXT.substring(1),
          "\u007f" + TEXT.substring(1),
          "\u0000" + TEXT.substring(1),
          "+" + TEXT.substring(1),
          "=" + TEXT.substring(1)
        }) {
      assertThatIllegalArgumentException().isThrownBy(() -> SessionId.parse(text));
      assertThat(digests.tokenIdOf(text)).isNull();
      assertThat(digests.tokenIdOf(TEXT)).isEqualTo(SessionId.parse(TEXT).tokenId());
    }
  }
}
