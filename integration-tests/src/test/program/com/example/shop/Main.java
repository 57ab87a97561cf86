package com.example.shop;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.store.TokenStoreProvider;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Subject;

/** Issues a token and finds it good, wherever its classes come from. */
public final class Main {

  private Main() {}

  /** Prints whose token it was, and which stores there are; its parameter is a folder for a key. */
  public static void main(String[] arguments) throws Exception {
    ClassLoader loader = Main.class.getClassLoader();
    Thread.currentThread().setContextClassLoader(loader);
    System.out.println(
        subject(Path.of(arguments[0])) + " " + TokenStoreProvider.installed(loader).keySet());
  }

  private static String subject(Path folder) throws Exception {
    Map<String, String> settings =
        Map.of(
            "token.keys.file", folder.resolve("keys.jwks").toString(),
            "token.keys.generate", "true",
            "token.audience", "/shop");
    ClientAddress here = ClientAddress.parse("192.0.2.1");
    try (TokenSecurity security = TokenSecurity.from(settings)) {
      IssuedToken token =
          security.service().issueOpen(Subject.of("alice"), Duration.ofMinutes(1), here);
      ActiveToken active =
          security.service().validate(new PresentedToken(token.value(), Set.of(), here, false));
      return active.record().subject();
    }
  }
}
