package org.tokenfilter.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.reflect.Proxy;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class DialectTest {

  @Test
  void databaseIsRecognizedByItsName() throws SQLException {
    assertThat(Dialect.of(database("PostgreSQL", "18.6"))).isEqualTo(Dialect.POSTGRESQL);
    assertThat(Dialect.of(database("MariaDB", "11.4.5-MariaDB"))).isEqualTo(Dialect.MARIADB);
    assertThat(Dialect.of(database("MySQL", "8.4.1"))).isEqualTo(Dialect.MYSQL);
    assertThat(Dialect.of(database("H2", "2.5.252 (2026-01-01)"))).isEqualTo(Dialect.H2);
  }

  @Test
  void mariaDbIsRecognizedThroughTheMySqlDriver() throws SQLException {
    assertThat(Dialect.of(database("MySQL", "5.5.5-11.4.5-MariaDB-log")))
        .isEqualTo(Dialect.MARIADB);
  }

  @Test
  void refusalOfOtherDatabasesNamesTheSupportedOnes() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Dialect.of(database("Oracle", "23")))
        .withMessage("the database is Oracle; it must be PostgreSQL, MariaDB, MySQL or H2");
  }

  private static DatabaseMetaData database(String name, String version) {
    return (DatabaseMetaData)
        Proxy.newProxyInstance(
            DialectTest.class.getClassLoader(),
            new Class<?>[] {DatabaseMetaData.class},
            (proxy, method, arguments) ->
                method.getName().equals("getDatabaseProductName") ? name : version);
  }
}
