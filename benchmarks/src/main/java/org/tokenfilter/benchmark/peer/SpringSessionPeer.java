package org.tokenfilter.benchmark.peer;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.init.ScriptUtils;
import org.springframework.session.FindByIndexNameSessionRepository;
import org.springframework.session.Session;
import org.springframework.session.SessionRepository;
import org.springframework.session.jdbc.JdbcIndexedSessionRepository;
import org.springframework.session.web.http.SessionRepositoryFilter;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;
import org.tokenfilter.benchmark.database.PostgresDatabase;

/**
 * Spring Session in PostgreSQL, set up as its documentation shows, and a filter that refuses
 * requests whose session has no user.
 */
public final class SpringSessionPeer implements Peer {

  private static final String USER = FindByIndexNameSessionRepository.PRINCIPAL_NAME_INDEX_NAME;
  private static final List<String> TABLES = List.of("spring_session", "spring_session_attributes");

  private final PostgresDatabase database;
  private final JdbcIndexedSessionRepository repository;

  /**
   * Creates the tables.
   *
   * @param database an empty database; closed with the peer
   */
  public SpringSessionPeer(PostgresDatabase database) throws SQLException {
    this.database = database;
    try (Connection connection = database.source().getConnection()) {
      ScriptUtils.executeSqlScript(
          connection,
          new ClassPathResource("org/springframework/session/jdbc/schema-postgresql.sql"));
    }
    TransactionTemplate transactions =
        new TransactionTemplate(new DataSourceTransactionManager(database.source()));
    transactions.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
    repository =
        new JdbcIndexedSessionRepository(new JdbcTemplate(database.source()), transactions);
  }

  @Override
  public String name() {
    return "Spring Session JDBC, PostgreSQL";
  }

  @Override
  public void protect(ServletContextHandler application) {
    EnumSet<DispatcherType> requests = EnumSet.of(DispatcherType.REQUEST);
    application.addFilter(
        new FilterHolder(new SessionRepositoryFilter<>(repository)), "/*", requests);
    application.addFilter(new FilterHolder(needsUser()), "/*", requests);
  }

  @SuppressWarnings("serial")
  private static HttpFilter needsUser() {
    return new HttpFilter() {
      @Override
      protected void doFilter(
          HttpServletRequest request, HttpServletResponse response, FilterChain chain)
          throws IOException, ServletException {
        HttpSession session = request.getSession(false);
        if (session == null || session.getAttribute(USER) == null) {
          response.sendError(HttpServletResponse.SC_UNAUTHORIZED);
        } else {
          chain.doFilter(request, response);
        }
      }
    };
  }

  @Override
  public List<String> logIn(int clients) {
    List<String> headers = new ArrayList<>(clients);
    for (int i = 0; i < clients; i++) {
      headers.add(cookie(createSession(repository, "user-" + i)));
    }
    return headers;
  }

  private static <S extends Session> String createSession(
      SessionRepository<S> sessions, String user) {
    S session = sessions.createSession();
    session.setAttribute(USER, user);
    sessions.save(session);
    return session.getId();
  }

  private static String cookie(String id) {
    return "Cookie: SESSION="
        + Base64.getEncoder().encodeToString(id.getBytes(StandardCharsets.UTF_8))
        + "\r\n";
  }

  @Override
  public PostgresDatabase database() {
    return database;
  }

  @Override
  public List<String> tables() {
    return TABLES;
  }

  @Override
  public void close() {
    repository.destroy();
    database.close();
  }
}
