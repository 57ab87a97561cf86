package org.tokenfilter.integration.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.undertow.Undertow;
import io.undertow.security.idm.Account;
import io.undertow.security.idm.Credential;
import io.undertow.security.idm.IdentityManager;
import io.undertow.security.idm.PasswordCredential;
import io.undertow.servlet.Servlets;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.DeploymentManager;
import io.undertow.servlet.api.LoginConfig;
import io.undertow.servlet.api.SecurityConstraint;
import io.undertow.servlet.api.WebResourceCollection;
import io.undertow.servlet.util.ImmediateInstanceFactory;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.Principal;
import java.util.Base64;
import java.util.Set;
import java.util.TreeSet;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tokenfilter.credentials.ContainerAuthenticator;
import org.tokenfilter.credentials.UsernamePasswordCredential;

/**
 * A login by the realm of a container, with and without a user that the container has authenticated
 * already. Jetty is covered by the test of the same authenticator in the module of the filter.
 */
final class ContainerAuthenticatorRealmTest {

  private static final Set<String> ROLES = Set.of("user", "admin");
  private static final String[] ALICE = {"alice", "wonderland"};
  private static final String[] ADMIN = {"admin", "looking-glass"};

  /** A container with two users, which requires Basic authentication below /private. */
  private enum Realm {
    TOMCAT {
      @Override
      RunningRealm start(Path folder) throws Exception {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(folder.toString());
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        Context context = tomcat.addContext("", folder.toString());
        Tomcat.addServlet(context, "login", servlet());
        context.addServletMapping("/*", "login");
        tomcat.addUser(ALICE[0], ALICE[1]);
        tomcat.addRole(ALICE[0], "user");
        tomcat.addUser(ADMIN[0], ADMIN[1]);
        tomcat.addRole(ADMIN[0], "user");
        tomcat.addRole(ADMIN[0], "admin");
        var collection = new org.apache.tomcat.util.descriptor.web.SecurityCollection();
        collection.addPattern("/private/*");
        var constraint = new org.apache.tomcat.util.descriptor.web.SecurityConstraint();
        constraint.addAuthRole("user");
        constraint.addCollection(collection);
        context.addConstraint(constraint);
        context.addSecurityRole("user");
        context.setLoginConfig(
            new org.apache.tomcat.util.descriptor.web.LoginConfig("BASIC", "realm", null, null));
        context.getPipeline().addValve(new org.apache.catalina.authenticator.BasicAuthenticator());
        tomcat.start();
        return new RunningRealm(
            tomcat.getConnector().getLocalPort(),
            () -> {
              tomcat.stop();
              tomcat.destroy();
            });
      }
    },
    UNDERTOW {
      @Override
      RunningRealm start(Path folder) throws Exception {
        DeploymentInfo info =
            Servlets.deployment()
                .setClassLoader(ContainerAuthenticatorRealmTest.class.getClassLoader())
                .setContextPath("/")
                .setDeploymentName("realm")
                .setIdentityManager(new Users())
                .setLoginConfig(new LoginConfig("BASIC", "realm"))
                .addSecurityConstraint(
                    new SecurityConstraint()
                        .addRoleAllowed("user")
                        .addWebResourceCollection(
                            new WebResourceCollection().addUrlPattern("/private/*")))
                .addServlet(
                    Servlets.servlet(
                            "login", HttpServlet.class, new ImmediateInstanceFactory<>(servlet()))
                        .addMapping("/*"));
        DeploymentManager manager = Servlets.newContainer().addDeployment(info);
        manager.deploy();
        Undertow undertow =
            Undertow.builder().addHttpListener(0, "127.0.0.1", manager.start()).build();
        undertow.start();
        return new RunningRealm(
            ((InetSocketAddress) undertow.getListenerInfo().get(0).getAddress()).getPort(),
            () -> {
              undertow.stop();
              manager.stop();
              manager.undeploy();
            });
      }
    };

    abstract RunningRealm start(Path folder) throws Exception;
  }

  private record RunningRealm(int port, AutoCloseable stop) {}

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource
  void acceptsRightPasswordDespiteContainerLogin(Realm realm) throws Exception {
    RunningRealm running = realm.start(folder);
    try {
      for (String path : new String[] {"/open", "/private"}) {
        assertThat(logIn(running, path, ALICE[0], ALICE[1])).isEqualTo("alice [user], null");
        assertThat(logIn(running, path, ADMIN[0], ADMIN[1])).isEqualTo("admin [admin, user], null");
        assertThat(logIn(running, path, ADMIN[0], "wrong")).startsWith("refused, ");
        assertThat(logIn(running, path, "nobody", ALICE[1])).startsWith("refused, ");
      }
    } finally {
      running.stop().close();
    }
  }

  /** Logs in. Below /private the container authenticates Alice before the login. */
  private static String logIn(RunningRealm running, String path, String name, String password)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + running.port() + path))
            .header("name", name)
            .header("password", password);
    if (path.equals("/private")) {
      String alice = ALICE[0] + ":" + ALICE[1];
      request.header(
          "Authorization",
          "Basic " + Base64.getEncoder().encodeToString(alice.getBytes(StandardCharsets.UTF_8)));
    }
    HttpResponse<String> answer =
        HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    return answer.body();
  }

  @SuppressWarnings("serial")
  private static HttpServlet servlet() {
    return new HttpServlet() {
      @Override
      protected void doGet(HttpServletRequest request, HttpServletResponse response)
          throws IOException {
        UsernamePasswordCredential credential =
            new UsernamePasswordCredential(
                request.getHeader("name"), request.getHeader("password").toCharArray(), request);
        String outcome =
            new ContainerAuthenticator(ROLES)
                .authenticate(credential)
                .map(subject -> subject.name() + " " + new TreeSet<>(subject.roles()))
                .orElse("refused");
        response.getWriter().print(outcome + ", " + request.getRemoteUser());
      }
    };
  }

  /** The two users, for Undertow. */
  private static final class Users implements IdentityManager {

    private record User(String name, Set<String> roles) implements Account {
      @Override
      public Principal getPrincipal() {
        return () -> name;
      }

      @Override
      public Set<String> getRoles() {
        return roles;
      }
    }

    @Override
    public Account verify(Account account) {
      return account;
    }

    @Override
    public @Nullable Account verify(String id, Credential credential) {
      String password =
          credential instanceof PasswordCredential known ? new String(known.getPassword()) : "";
      if (id.equals(ALICE[0]) && password.equals(ALICE[1])) {
        return new User(id, Set.of("user"));
      }
      return id.equals(ADMIN[0]) && password.equals(ADMIN[1])
          ? new User(id, Set.of("user", "admin"))
          : null;
    }

    @Override
    public @Nullable Account verify(Credential credential) {
      return null;
    }
  }
}
