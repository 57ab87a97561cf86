package org.tokenfilter.integration;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** A PostgreSQL server for all tests of this module; it stops with the JVM. */
final class PostgresServer {

  /** The start timeout, for busy machines; recovery after a crash counts as a start as well. */
  static final Duration LONGEST_START = Duration.ofMinutes(2);

  private static final AtomicInteger DATABASES = new AtomicInteger();

  /** The server, started on first use. */
  private static final class Holder {
    static final EmbeddedPostgres SERVER = start();
  }

  private PostgresServer() {}

  /** Creates a new, empty database and returns its URL. */
  static String newDatabase() {
    return newDatabase("");
  }

  /**
   * Creates a new, empty database and returns its URL.
   *
   * @param options the options that follow its name in CREATE DATABASE
   */
  static String newDatabase(String options) {
    String name = "tokens" + DATABASES.incrementAndGet();
    try (Connection connection = Holder.SERVER.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create database " + name + " " + options);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return Holder.SERVER.getJdbcUrl("postgres", name);
  }

  static int port() {
    return Holder.SERVER.getPort();
  }

  static HikariDataSource pool(String url, int size) {
    return pool(url, size, Duration.ofSeconds(30));
  }

  /** Returns a pool with this timeout for taking a connection. */
  static HikariDataSource pool(String url, int size, Duration wait) {
    HikariConfig config = new HikariConfig();
    config.setConnectionTimeout(wait.toMillis());
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(size);
    return new HikariDataSource(config);
  }

  private static EmbeddedPostgres start() {
    try {
      EmbeddedPostgres server =
          EmbeddedPostgres.builder()
              .setOverrideWorkingDirectory(new File("target/postgres").getAbsoluteFile())
              .setDataDirectory(Fork.folder("postgres-data").toFile())
              .setServerConfig("listen_addresses", "localhost")
              // Tests that count what is written vacuum by hand.
              .setServerConfig("autovacuum", "off")
              .setPGStartupWait(LONGEST_START)
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server)));
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void stop(EmbeddedPostgres server) {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
