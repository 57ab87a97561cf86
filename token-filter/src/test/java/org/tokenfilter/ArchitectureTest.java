package org.tokenfilter;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import jakarta.servlet.AsyncListener;
import java.time.Clock;
import java.util.Calendar;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** The rules of the architecture: the packages, their layers, and the libraries of each. */
@AnalyzeClasses(
    packages = "org.tokenfilter",
    importOptions = {
      ImportOption.DoNotIncludeTests.class,
      ArchitectureTest.DoNotIncludeTestModules.class
    })
final class ArchitectureTest {

  /** Leaves out the test kit and the helpers of tests, which are test code in main folders. */
  static final class DoNotIncludeTestModules implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("/tck/") && !location.contains("/testsupport/");
    }
  }

  @ArchTest
  static final ArchRule packagesRespectTheirLayers =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .ensureAllClassesAreContainedInArchitecture()
          .layer("store")
          .definedBy("org.tokenfilter.store..")
          .layer("notice")
          .definedBy("org.tokenfilter.notice")
          .layer("encoding")
          .definedBy("org.tokenfilter.encoding")
          .layer("token")
          .definedBy("org.tokenfilter.token")
          .layer("keys")
          .definedBy("org.tokenfilter.keys")
          .layer("codec")
          .definedBy("org.tokenfilter.codec")
          .layer("memory")
          .definedBy("org.tokenfilter.memory")
          .layer("monitor")
          .definedBy("org.tokenfilter.monitor")
          .layer("guard")
          .definedBy("org.tokenfilter.guard")
          .layer("policy")
          .definedBy("org.tokenfilter.policy")
          .layer("service")
          .definedBy("org.tokenfilter.service")
          .layer("carrier")
          .definedBy("org.tokenfilter.carrier")
          .layer("credentials")
          .definedBy("org.tokenfilter.credentials")
          .layer("login")
          .definedBy("org.tokenfilter.login")
          .layer("container")
          .definedBy("org.tokenfilter.container")
          .layer("config")
          .definedBy("org.tokenfilter.config")
          .layer("gateway")
          .definedBy("org.tokenfilter.gateway")
          .layer("filter")
          .definedBy("org.tokenfilter.filter")
          .layer("endpoint")
          .definedBy("org.tokenfilter.endpoint")
          .layer("metrics")
          .definedBy("org.tokenfilter.metrics")
          .whereLayer("store")
          .mayNotAccessAnyLayer()
          .whereLayer("notice")
          .mayNotAccessAnyLayer()
          .whereLayer("encoding")
          .mayNotAccessAnyLayer()
          .whereLayer("token")
          .mayOnlyAccessLayers("store")
          .whereLayer("keys")
          .mayOnlyAccessLayers("encoding")
          .whereLayer("codec")
          .mayOnlyAccessLayers("store", "encoding", "token", "keys")
          .whereLayer("memory")
          .mayOnlyAccessLayers("store")
          .whereLayer("monitor")
          .mayOnlyAccessLayers("store", "token")
          .whereLayer("guard")
          .mayOnlyAccessLayers("store", "token", "monitor")
          .whereLayer("policy")
          .mayOnlyAccessLayers("store", "notice", "token", "memory")
          .whereLayer("service")
          .mayOnlyAccessLayers(
              "store",
              "notice",
              "token",
              "codec",
              "memory",
              "guard",
              "credentials",
              "login",
              "policy")
          .whereLayer("carrier")
          .mayOnlyAccessLayers("store", "notice", "token")
          .whereLayer("credentials")
          .mayOnlyAccessLayers("token")
          .whereLayer("login")
          .mayOnlyAccessLayers("notice", "token", "guard", "credentials")
          .whereLayer("container")
          .mayOnlyAccessLayers("store")
          .whereLayer("gateway")
          .mayOnlyAccessLayers("store", "notice", "token", "service", "carrier", "config")
          .whereLayer("gateway")
          .mayOnlyBeAccessedByLayers("filter", "endpoint")
          .whereLayer("filter")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("endpoint")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("metrics")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("metrics")
          .mayOnlyAccessLayers(
              "store", "notice", "token", "monitor", "service", "credentials", "config")
          .whereLayer("config")
          .mayOnlyBeAccessedByLayers("gateway", "filter", "endpoint", "metrics");

  private static final Set<String> ACCOUNT_STATUS =
      Set.of("AccountStatusProvider", "AccountRecheckPolicy");

  private static final Set<String> LOGIN_PACKAGES =
      Set.of("org.tokenfilter.credentials", "org.tokenfilter.login");

  @ArchTest
  static final ArchRule serviceUsesOnlyAccountStatusOfCredentials =
      noClasses()
          .that()
          .resideInAPackage("org.tokenfilter.service..")
          .should()
          .dependOnClassesThat(
              describe(
                  "are in credentials or login, except AccountStatusProvider and"
                      + " AccountRecheckPolicy",
                  type ->
                      LOGIN_PACKAGES.contains(type.getPackageName())
                          && !ACCOUNT_STATUS.contains(type.getSimpleName())));

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("org.tokenfilter.(*)..").should().beFreeOfCycles();

  @ArchTest
  static void filesHaveNoCircleOfMoreThanTwo(JavaClasses classes) {
    assertThat(new FileDependencies(classes).longCircles()).isEmpty();
  }

  @ArchTest
  static final ArchRule innerPackagesDoNotUseServlets =
      noClasses()
          .that()
          .resideInAnyPackage(
              "org.tokenfilter.store..",
              "org.tokenfilter.notice..",
              "org.tokenfilter.token..",
              "org.tokenfilter.encoding..",
              "org.tokenfilter.keys..",
              "org.tokenfilter.codec..",
              "org.tokenfilter.memory..",
              "org.tokenfilter.monitor..",
              "org.tokenfilter.guard..",
              "org.tokenfilter.policy..",
              "org.tokenfilter.service..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("jakarta.servlet..");

  @ArchTest
  static final ArchRule onlyCodecUsesNimbus =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.tokenfilter.codec..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.nimbusds..");

  @ArchTest
  static final ArchRule onlyPackagesWithJsonUseJackson =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "org.tokenfilter.encoding..",
              "org.tokenfilter.keys..",
              "org.tokenfilter.codec..",
              "org.tokenfilter.endpoint..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.fasterxml.jackson..");

  @ArchTest
  static final ArchRule onlyMetricsUsesMicrometer =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.tokenfilter.metrics..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.micrometer..");

  @ArchTest
  static final ArchRule noClassUsesSql =
      noClasses().should().dependOnClassesThat().resideInAnyPackage("java.sql..", "javax.sql..");

  /** WildFly would try to instantiate such a class as a component, and warn that it cannot. */
  @ArchTest
  static final ArchRule noClassIsAnAsyncListener =
      noClasses().should().beAssignableTo(AsyncListener.class);

  @ArchTest
  static final ArchRule tokenPackageDoesNotLog =
      noClasses()
          .that()
          .resideInAPackage("org.tokenfilter.token..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.slf4j..");

  @ArchTest
  static final ArchRule timeComesFromAClock =
      noClasses()
          .should()
          .accessTargetWhere(systemTime())
          .orShould()
          .dependOnClassesThat()
          .belongToAnyOf(Date.class, Calendar.class);

  @ArchTest
  static final ArchRule onlyBuilderAndStoreUseTheSystemClock =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("org.tokenfilter.config.TokenSecurityBuilder")
          .and()
          .resideOutsideOfPackage("org.tokenfilter.store..")
          .should()
          .accessTargetWhere(isMethod(Clock.class, "systemUTC"));

  @ArchTest
  static final ArchRule noClassUsesUuidsOrWeakRandomness =
      noClasses()
          .should()
          .dependOnClassesThat()
          .belongToAnyOf(UUID.class, Random.class, ThreadLocalRandom.class, SplittableRandom.class)
          .orShould()
          .dependOnClassesThat()
          .resideInAPackage("java.util.random..")
          .orShould()
          .accessTargetWhere(isMethod(Math.class, "random"));

  @ArchTest
  static final ArchRule noClassHasAGenericSuffix =
      classes()
          .should()
          .haveSimpleNameNotEndingWith("Manager")
          .andShould()
          .haveSimpleNameNotEndingWith("Helper")
          .andShould()
          .haveSimpleNameNotEndingWith("Utils")
          .andShould()
          .haveSimpleNameNotEndingWith("Util")
          .andShould()
          .haveSimpleNameNotEndingWith("Impl");

  /** Matches calls and method references that read the system time. */
  private static DescribedPredicate<JavaAccess<?>> systemTime() {
    return isMethod(System.class, "currentTimeMillis", "nanoTime")
        .or(
            isMethod(
                Clock.class,
                "system",
                "systemDefaultZone",
                "tickMillis",
                "tickSeconds",
                "tickMinutes"))
        .or(
            describe(
                "now() of java.time",
                access ->
                    access.getTargetOwner().getPackageName().startsWith("java.time")
                        && access.getTarget().getName().equals("now")));
  }

  private static DescribedPredicate<JavaAccess<?>> isMethod(Class<?> owner, String... names) {
    return describe(
        owner.getSimpleName() + "." + String.join("|", names),
        access ->
            access.getTargetOwner().isEquivalentTo(owner)
                && List.of(names).contains(access.getTarget().getName()));
  }
}
