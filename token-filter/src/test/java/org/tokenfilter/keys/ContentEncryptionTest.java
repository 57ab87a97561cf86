package org.tokenfilter.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class ContentEncryptionTest {

  @Test
  void eachHasTheNameAndTheKeyLengthOfRfc7518() {
    assertThat(ContentEncryption.of("A128CBC-HS256"))
        .isEqualTo(ContentEncryption.A128CBC_HS256)
        .hasToString("A128CBC-HS256");
    assertThat(ContentEncryption.of("A256CBC-HS512"))
        .isEqualTo(ContentEncryption.A256CBC_HS512)
        .hasToString("A256CBC-HS512");
    assertThat(ContentEncryption.of("A256GCM"))
        .isEqualTo(ContentEncryption.A256GCM)
        .hasToString("A256GCM");
    assertThat(List.of(ContentEncryption.values()))
        .extracting(ContentEncryption::keyLength)
        .containsExactly(32, 64, 32);
  }

  @Test
  void refusesOtherNamesAndListsTheValidOnes() {
    for (String name :
        List.of("", "a256gcm", "A256GCM ", "A128GCM", "A192CBC-HS384", "dir", "A128CBC_HS256")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> ContentEncryption.of(name))
          .withMessage("not one of A128CBC-HS256, A256CBC-HS512, A256GCM");
    }
  }
}
