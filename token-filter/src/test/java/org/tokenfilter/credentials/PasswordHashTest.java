package org.tokenfilter.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** PBKDF2 with HMAC-SHA-512 (RFC 8018, 5.2), and its text form. */
class PasswordHashTest {

  private static final int ITERATIONS = 1000;
  private static final String SALT = "c2FsdHNhbHRzYWx0c2FsdA";
  private static final String HASH = "A".repeat(43);

  private final SecureRandom random = new SecureRandom();

  /** Password and salt of the longer vector of RFC 6070, with SHA-512 as computed elsewhere. */
  @Test
  void matchesKnownTestVector() {
    PasswordHash hash =
        PasswordHash.parse(
            "$pbkdf2-sha512$4096$c2FsdFNBTFRzYWx0U0FMVHNhbHRTQUxUc2FsdFNBTFRzYWx0"
                + "$jAUR9Mbll8asYxXY8DYuIl88UBSVuiO4aMAFF03E7nE");

    assertThat(hash.matches("passwordPASSWORDpassword".toCharArray())).isTrue();
    assertThat(hash.matches("passwordPASSWORDpasswore".toCharArray())).isFalse();
  }

  @Test
  void matchesStepwiseComputationOfTheStandard() throws Exception {
    for (String password : new String[] {"p\u00e4ssw\u00f6rd \ud83d\ude00", "x".repeat(200), " "}) {
      PasswordHash hash = PasswordHash.of(password.toCharArray(), ITERATIONS, random);
      String[] parts = hash.toString().split("\\$", -1);

      byte[] expected = derived(password, Base64.getDecoder().decode(parts[3]));

      assertThat(Base64.getDecoder().decode(parts[4])).isEqualTo(Arrays.copyOf(expected, 32));
    }
  }

  /** Computes the first block of PBKDF2. */
  private static byte[] derived(String password, byte[] salt) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA512");
    mac.init(new SecretKeySpec(password.getBytes(StandardCharsets.UTF_8), "HmacSHA512"));
    byte[] u = mac.doFinal(ByteBuffer.allocate(salt.length + 4).put(salt).putInt(1).array());
    byte[] sum = u.clone();
    for (int i = 1; i < ITERATIONS; i++) {
      u = mac.doFinal(u);
      for (int j = 0; j < sum.length; j++) {
        sum[j] ^= u[j];
      }
    }
    return sum;
  }

  @Test
  void parsesItsOwnText() {
    PasswordHash hash = PasswordHash.of("right".toCharArray(), ITERATIONS, random);
    PasswordHash read = PasswordHash.parse(hash.toString());

    assertThat(hash.toString()).startsWith("$pbkdf2-sha512$1000$").hasSize(20 + 22 + 1 + 43);
    assertThat(read).hasToString(hash.toString());
    assertThat(read.iterations()).isEqualTo(ITERATIONS);
    assertThat(read.matches("right".toCharArray())).isTrue();
  }

  @Test
  void saltsEachHashAnew() {
    assertThat(PasswordHash.of("right".toCharArray(), ITERATIONS, random))
        .doesNotHaveToString(PasswordHash.of("right".toCharArray(), ITERATIONS, random).toString());
  }

  @Test
  void leavesPasswordOfTheCallerUnchanged() {
    char[] password = "right".toCharArray();

    PasswordHash.of(password, ITERATIONS, random).matches(password);

    assertThat(password).isEqualTo("right".toCharArray());
  }

  /** Case L13: nothing but the whole password matches, not even a prefix. */
  @TestFactory
  Stream<DynamicTest> refusesOtherPasswords() {
    String password = "p".repeat(72) + "assw\u00f6rd" + "x".repeat(60);
    PasswordHash hash = PasswordHash.of(password.toCharArray(), ITERATIONS, random);
    assertThat(hash.matches(password.toCharArray())).isTrue();
    return Stream.of(
            "",
            password.substring(0, 64),
            password.substring(0, 72),
            password.substring(0, 73),
            password.substring(0, 128),
            password.substring(0, password.length() - 1),
            password + "x",
            password + " ",
            password.toUpperCase(Locale.ROOT),
            password.replace("\u00f6", "o\u0308"),
            password.replace("\u00f6", "o"),
            password.replace("\u00f6", "?"),
            password.replace("\u00f6", "\ufffd"))
        .map(
            other ->
                DynamicTest.dynamicTest(
                    "of " + other.length() + " characters",
                    () -> assertThat(hash.matches(other.toCharArray())).isFalse()));
  }

  @Test
  void noPasswordMatchesTheDummyHash() {
    PasswordHash nobody = PasswordHash.dummy(ITERATIONS);

    assertThat(nobody.matches(new char[0])).isFalse();
    assertThat(nobody.matches("right".toCharArray())).isFalse();
    assertThat(nobody.iterations()).isEqualTo(ITERATIONS);
  }

  @TestFactory
  Stream<DynamicTest> refusesMalformedTexts() {
    return Stream.of(
            "",
            "right",
            "$",
            hashText("999", SALT, HASH),
            hashText("0", SALT, HASH),
            hashText("-1000", SALT, HASH),
            hashText("01000", SALT, HASH),
            hashText("10000000", SALT, HASH),
            hashText("\u0661000", SALT, HASH),
            hashText("1000", "", HASH),
            hashText("1000", SALT.substring(1), HASH),
            hashText("1000", SALT, ""),
            hashText("1000", SALT, HASH.substring(1)),
            hashText("1000", SALT, HASH + "A"),
            hashText("1000", SALT, HASH + "="),
            hashText("1000", SALT, HASH.substring(1) + "="),
            hashText("1000", SALT, HASH.substring(2) + "=="),
            hashText("1000", "!".repeat(22), HASH),
            hashText("1000", SALT, "!".repeat(43)),
            hashText("1000", SALT, "_".repeat(42) + "8"),
            hashText("1000", SALT, HASH) + "\n",
            " " + hashText("1000", SALT, HASH),
            hashText("1000", SALT, HASH).replace("512", "256"),
            "$2b$10$" + "a".repeat(53),
            "$argon2id$v=19$m=65536,t=3,p=4$" + SALT + "$" + HASH)
        .map(PasswordHashTest::refused);
  }

  private static String hashText(String iterations, String salt, String hash) {
    return "$pbkdf2-sha512$" + iterations + "$" + salt + "$" + hash;
  }

  private static DynamicTest refused(String text) {
    return DynamicTest.dynamicTest(
        '"' + text.replace("\n", "\\n") + '"',
        () ->
            assertThatIllegalArgumentException()
                .isThrownBy(() -> PasswordHash.parse(text))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain(HASH)));
  }
}
