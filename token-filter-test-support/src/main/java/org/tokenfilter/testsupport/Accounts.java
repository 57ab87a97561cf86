package org.tokenfilter.testsupport;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Accounts for tests, with hashes that are fast to compare, and settings that use them. */
public final class Accounts {

  public static final String ALICE = "alice:wonderland";
  public static final String BOB = "bob:builder";
  public static final String ADMIN = "admin:looking-glass";

  private static final List<String> LINES =
      List.of(
          "alice:$pbkdf2-sha512$1000$K9gGyX8OAK8aH8Myj6djqQ"
              + "$6Kg7D1IPp20yNfGojno5pD1tWWRCEL26fIEcLDBFKjU:user",
          "bob:$pbkdf2-sha512$1000$gbY32PzSxtpjWeaWMROhFw"
              + "$Q68717SD3ut1BNTofyAs6o6a3zqg++mwREg/lzyJvaU:user",
          "admin:$pbkdf2-sha512$1000$jGl25bVBBBW96Qi9Te4V3w"
              + "$dDL6Gb8XZetcApWrlzppUyO3KKQcSFzEDokHLYZgIvs:user,admin");

  private Accounts() {}

  /**
   * Writes the password file into a folder, and returns the settings that an application needs.
   * Uses of tokens are written at the end of their request, for tests that read the store.
   */
  public static Map<String, String> settings(Path folder) throws IOException {
    Path accounts = Files.write(folder.resolve("accounts"), LINES);
    return Map.of(
        "token.keys.file",
        folder.resolve("keys.jwks").toString(),
        "token.keys.generate",
        "true",
        "token.credentials",
        "file",
        "token.credentials.file",
        accounts.toString(),
        "token.renewal.interval",
        "PT1H");
  }
}
