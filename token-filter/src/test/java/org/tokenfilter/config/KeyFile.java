package org.tokenfilter.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.tokenfilter.keys.JwkSetFile;
import org.tokenfilter.keys.KeyRing;

/**
 * A key file that an operator replaces as a whole. The bytes of a key are derived from its name.
 */
final class KeyFile {

  private final Path path;

  KeyFile(Path folder) {
    path = folder.resolve("keys.jwks");
  }

  Path path() {
    return path;
  }

  ReloadingFile<KeyRing> read() throws IOException {
    return new ReloadingFile<>(path, JwkSetFile::read);
  }

  /** Replaces the file by one with these keys, atomically. */
  void replace(String... keys) throws IOException {
    replaceText(set(keys), "rw-------");
  }

  void replaceText(String text, String permissions) throws IOException {
    Path draft = Files.writeString(path.resolveSibling("draft"), text);
    Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString(permissions));
    Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  static String set(String... keys) {
    return "{\"keys\":[" + String.join(",", keys) + "]}";
  }

  static String key(String kid, String state) {
    return key(kid, state, secret(kid));
  }

  static String key(String kid, String state, String secret) {
    return """
        {"kty":"oct","kid":"%s","use":"enc","alg":"A128CBC-HS256","state":"%s","k":"%s"}"""
        .formatted(kid, state, secret);
  }

  /** Returns the encoded bytes of a key. */
  static String secret(String kid) {
    try {
      byte[] bytes =
          MessageDigest.getInstance("SHA-256").digest(kid.getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the name of the key that encrypted a token. */
  static String kidOf(String token) {
    String header =
        new String(
            Base64.getUrlDecoder().decode(token.substring(0, token.indexOf('.'))),
            StandardCharsets.UTF_8);
    return header.replaceAll(".*\"kid\":\"([^\"]*)\".*", "$1");
  }
}
