package org.tokenfilter.config;

import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.SessionCookieConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.carrier.CrossSiteGuard;
import org.tokenfilter.carrier.HttpSessionPolicy;
import org.tokenfilter.carrier.TokenTransport;
import org.tokenfilter.container.ContainerObject;
import org.tokenfilter.container.FilterWatch;

/**
 * A handle of a filter or servlet of this library: its own settings, and its share in the
 * application's {@link TokenSecurity}. The last handle that is closed also closes the security,
 * unless the application created it. Thread-safe.
 *
 * <p>Internal: for the packages of this library only.
 */
public final class SecurityHandle implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SecurityHandle.class);

  private final SharedSecurity sharedSecurity;
  private final TokenSecurity security;
  private final ServletContext context;
  private final RegistrationSettings settings;
  private final TokenTransport transport;

  private SecurityHandle(SharedSecurity shared, ServletContext context, Configuration settings) {
    this.sharedSecurity = shared;
    this.security = shared.security();
    this.context = context;
    this.settings = new RegistrationSettings(settings);
    this.transport = this.settings.transport(security.proxies(), security.guard());
    security.addTransport(transport);
  }

  /**
   * Acquires the handle of a filter.
   *
   * @param given the security that the application created; null to use or create the shared one
   * @throws ConfigurationException if the settings are wrong
   */
  public static SecurityHandle of(FilterConfig config, @Nullable TokenSecurity given) {
    return acquire(
        config.getServletContext(),
        config.getFilterName(),
        ConfigurationSources.tokenParams(config.getInitParameterNames(), config::getInitParameter),
        given);
  }

  /**
   * Acquires the handle of a servlet.
   *
   * @param given the security that the application created; null to use or create the shared one
   * @throws ConfigurationException if the settings are wrong
   */
  public static SecurityHandle of(ServletConfig config, @Nullable TokenSecurity given) {
    return acquire(
        config.getServletContext(),
        config.getServletName(),
        ConfigurationSources.tokenParams(config.getInitParameterNames(), config::getInitParameter),
        given);
  }

  private static SecurityHandle acquire(
      ServletContext context,
      String name,
      Map<String, String> initParams,
      @Nullable TokenSecurity given) {
    RequiredLibrary.require(RequiredLibrary.SERVLET);
    SharedSecurity shared = SharedSecurity.acquire(context, name, initParams, given);
    try {
      List<String> problems = new ArrayList<>();
      Configuration settings =
          shared.security().configuration().withInitParams(initParams, problems);
      ComponentFactory factory =
          new ComponentFactory(settings, ContainerObject.classLoaderOf(context), problems);
      var unused = factory.findUnknownSettings();
      new ConfigurationRules(settings, problems).check();
      shared.checkSameValues(settings, initParams, problems);
      requireNoBypass(FilterWatch.bypassing(context));
      if (!problems.isEmpty()) {
        throw new ConfigurationException(problems);
      }
      warnOfCookieNameClash(context, settings, shared.security());
      return new SecurityHandle(shared, context, settings);
    } catch (RuntimeException e) {
      shared.release();
      throw e;
    }
  }

  /**
   * Creates the exception for an instance that is registered twice. Such an instance would have the
   * settings of one registration only, and would stop with the first.
   *
   * @param name the name of the second registration
   */
  public static ConfigurationException registeredTwice(String name) {
    return new ConfigurationException(
        List.of(name + " is registered twice by one instance; create one for each registration"));
  }

  /** Warns if two cookies of one name and path overwrite each other, which logs users out. */
  private static void warnOfCookieNameClash(
      ServletContext context, Configuration settings, TokenSecurity security) {
    SessionCookieConfig config = context.getSessionCookieConfig();
    String name = config == null ? null : config.getName();
    for (ConfigurationKey cookie :
        List.of(ConfigurationKey.COOKIE, ConfigurationKey.SESSION_COOKIE)) {
      if (settings.string(cookie).equals(name)) {
        security
            .operatorLog()
            .warn(
                LOG,
                "the name of the container's session cookie",
                "{}={} is also the name of the container's session cookie. At the same path"
                    + " the two overwrite each other, and users are logged out. Rename one of"
                    + " them",
                cookie.key(),
                name);
      }
    }
  }

  /** Returns the class loader that sees the application's classes. */
  public ClassLoader classLoader() {
    return ContainerObject.classLoaderOf(context);
  }

  /**
   * Checks the filters that run before a token filter.
   *
   * @param filter the name of the token filter
   * @return the watch, for further checks by requests
   * @throws ConfigurationException if a WebSocket engine with endpoints runs before it
   */
  public FilterWatch watchFilterOrder(String filter) {
    FilterWatch watch = new FilterWatch(context, filter, security.nanoTime());
    requireNoBypass(watch.start());
    return watch;
  }

  private static void requireNoBypass(List<String> bypassing) {
    if (!bypassing.isEmpty()) {
      throw new ConfigurationException(bypassing);
    }
  }

  /** Returns the security that all filters and servlets of the application share. */
  public TokenSecurity security() {
    return security;
  }

  /** Returns the guard against cross-site requests. */
  public CrossSiteGuard guard() {
    return security.guard();
  }

  /** Returns the treatment of the container's HttpSession at a login and a logout. */
  public HttpSessionPolicy containerSession() {
    return security.containerSession();
  }

  /** Returns the settings of the filter or servlet. */
  public RegistrationSettings settings() {
    return settings;
  }

  /** Returns the transport of tokens by these settings. */
  public TokenTransport transport() {
    return transport;
  }

  /** Releases the share in the application's security. */
  @Override
  public void close() {
    sharedSecurity.release();
  }
}
