package org.tokenfilter.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import com.code_intelligence.jazzer.junit.FuzzTest;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.login.BasicCredentials;

/** Arbitrary password files, hashes and credentials of the scheme Basic. */
class CredentialsFuzzTest {

  private static final HttpServletRequest REQUEST = mock(HttpServletRequest.class);

  private static final Pattern HASH =
      Pattern.compile(
          "\\$pbkdf2-sha512\\$[1-9][0-9]{3,6}\\$(?<salt>[A-Za-z0-9+/]+={0,2})\\$[A-Za-z0-9+/]{43}");

  private static final int MIN_SALT_LENGTH = 22;
  private static final int QUANTUM = 4;

  /** The messages, which contain no part of a hash, but perhaps one of its characters. */
  private static final Pattern MESSAGE =
      Pattern.compile(
          " has no account; it needs at least one line USER:HASH:ROLE,ROLE"
              + "|, line [0-9]+: (an account must have the form USER:HASH:ROLE,ROLE"
              + "|a hash must have the form \\$pbkdf2-sha512\\$210000\\$SALT\\$HASH"
              + "|roles must not be empty or repeated"
              + "|the user is already in an earlier line"
              + "|Illegal base64 character -?[0-9a-f]{1,2}"
              + "|Last unit does not have enough valid bits"
              + "|Input byte array has (incorrect ending byte at|wrong 4-byte ending unit|incorrect"
              + " ending 4-byte unit)[ 0-9]*"
              + "|Input byte\\[\\] should at least have 2 bytes for base64 bytes)");

  @TempDir static Path folder;

  /** A file is accepted exactly if each of its lines is an account; errors show no hash. */
  @FuzzTest(maxDuration = "10m")
  void anyPasswordFile(byte[] text) throws IOException {
    Path file = folder.resolve("accounts");
    Files.write(file, text);
    boolean read;
    try {
      PasswordFile.read(file);
      read = true;
    } catch (CharacterCodingException e) {
      read = false;
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      assertThat(message).startsWith(file.toString());
      assertThat(message.substring(file.toString().length())).matches(MESSAGE);
      read = false;
    }
    assertThat(read).isEqualTo(isValidFile(text));
  }

  /** A hash that is parsed can be written and parsed again. */
  @FuzzTest(maxDuration = "10m")
  void anyHash(byte[] data) {
    String text = new String(data, StandardCharsets.UTF_8);
    PasswordHash hash;
    try {
      hash = PasswordHash.parse(text);
    } catch (IllegalArgumentException e) {
      assertThat(isHash(text)).isFalse();
      return;
    }
    assertThat(isHash(text)).isTrue();
    String written = hash.toString();
    assertThat(PasswordHash.parse(written)).hasToString(written);
    // Ignores padding and the unused bits at the end of the salt and of the hash.
    assertThat(written.split("\\$", -1)[2]).isEqualTo(text.split("\\$", -1)[2]);
    assertThat(withoutTrailingBits(written)).isEqualTo(withoutTrailingBits(text));
  }

  /** A login is the base64 of UTF-8 text with a colon, and nothing else is one. */
  @FuzzTest(maxDuration = "10m")
  void anyBasic(byte[] data) {
    String text = new String(data, StandardCharsets.UTF_8);
    Optional<UsernamePasswordCredential> login = BasicCredentials.parse(text, REQUEST);
    String pair = isBase64(text) ? utf8(decoded(text)) : null;
    int colon = pair == null ? -1 : pair.indexOf(':');
    assertThat(login.isPresent()).isEqualTo(colon >= 0);
    if (login.isPresent() && pair != null) {
      assertThat(login.get().username()).isEqualTo(pair.substring(0, colon));
      assertThat(new String(login.get().password())).isEqualTo(pair.substring(colon + 1));
    }
  }

  private static boolean isValidFile(byte[] bytes) {
    String text = utf8(bytes);
    if (text == null) {
      return false;
    }
    Set<String> users = new HashSet<>();
    for (String raw : text.split("\r\n|\r|\n", -1)) {
      String line = (raw.startsWith("\uFEFF") ? raw.substring(1) : raw).strip();
      if (!line.isEmpty() && line.charAt(0) != '#') {
        List<String> fields = Arrays.asList(line.split(":", -1));
        if (fields.size() != 3
            || fields.get(0).isEmpty()
            || !isHash(fields.get(1))
            || !isValidRoles(fields.get(2))
            || !users.add(fields.get(0))) {
          return false;
        }
      }
    }
    return !users.isEmpty();
  }

  private static boolean isHash(String text) {
    var matcher = HASH.matcher(text);
    return matcher.matches()
        && matcher.group("salt").length() >= MIN_SALT_LENGTH
        && isBase64(matcher.group("salt"));
  }

  private static boolean isValidRoles(String text) {
    Set<String> roles = new HashSet<>();
    return text.isBlank()
        || Arrays.stream(text.split(",", -1))
            .allMatch(role -> !role.isBlank() && roles.add(role.strip()));
  }

  /** Returns whether a text is base64, padded or not. */
  private static boolean isBase64(String text) {
    int digits = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
    String bare = text.substring(0, text.length() - digits);
    return bare.matches("[A-Za-z0-9+/]*")
        && bare.length() % QUANTUM != 1
        && (digits == 0 || text.length() % QUANTUM == 0);
  }

  private static byte[] decoded(String base64) {
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    StringBuilder bits = new StringBuilder();
    for (char c : base64.replace("=", "").toCharArray()) {
      bits.append(Integer.toBinaryString(alphabet.indexOf(c) | 64).substring(1));
    }
    byte[] bytes = new byte[bits.length() / Byte.SIZE];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Integer.parseInt(bits.substring(Byte.SIZE * i, Byte.SIZE * (i + 1)), 2);
    }
    return bytes;
  }

  private static String withoutTrailingBits(String hash) {
    String[] parts = hash.split("\\$", -1);
    return parts[3].replaceAll(".=*$", "") + "$" + parts[4].replaceAll(".$", "");
  }

  private static @Nullable String utf8(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
