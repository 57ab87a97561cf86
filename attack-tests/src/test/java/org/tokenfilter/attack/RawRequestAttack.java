package org.tokenfilter.attack;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** The attacks whose requests are written byte by byte, and the containers that receive them. */
@TestInstance(Lifecycle.PER_CLASS)
abstract class RawRequestAttack {

  static final String END = "Connection: close\r\n\r\n";
  static final String HOST = "Host: 127.0.0.1\r\n";
  static final String GET = "GET /secure/x HTTP/1.1\r\n";
  static final String START = GET + HOST;

  AllContainers containers;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    containers = new AllContainers(folder, plan -> plan);
  }

  @AfterAll
  void stop() {
    containers.close();
  }

  static AttackCase raw(String name, ExpectedAnswer verdict, String text) {
    return AttackCase.of(name, verdict, app -> app.http().raw(text));
  }

  static AttackCase raw(String name, ExpectedAnswer verdict, ExpectedAnswer or, String text) {
    return AttackCase.of(name, verdict, or, app -> app.http().raw(text));
  }

  static String bearer(String token) {
    return "Authorization: Bearer " + token + "\r\n";
  }
}
