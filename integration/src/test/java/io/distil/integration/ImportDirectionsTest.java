package io.distil.integration;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;

import org.junit.jupiter.api.Test;

/// Who may import whom: the table of ARCHITECTURE.md, held.
class ImportDirectionsTest {
    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    // Tests of other modules come as jars.
                    .withImportOption(location -> !location.contains("-tests.jar"))
                    .importPackages("io.distil");

    @Test
    void modulesImportOnlyWhatTheyMay() {
        layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage("io.distil..")
                .layer("base")
                .definedBy("io.distil.base..")
                .layer("storage-engine")
                .definedBy("io.distil.storage..")
                .layer("pqm")
                .definedBy("io.distil.pqm..")
                .layer("replication")
                .definedBy("io.distil.replication..")
                .layer("wire-protocol")
                .definedBy("io.distil.wire..")
                .layer("distillates")
                .definedBy("io.distil.distillates..")
                .layer("daemon")
                .definedBy("io.distil.daemon..")
                .whereLayer("base")
                .mayNotAccessAnyLayer()
                .whereLayer("storage-engine")
                .mayOnlyAccessLayers("base")
                .whereLayer("pqm")
                .mayOnlyAccessLayers("base", "storage-engine")
                .whereLayer("replication")
                .mayOnlyAccessLayers("base", "storage-engine", "pqm")
                .whereLayer("wire-protocol")
                .mayOnlyAccessLayers("base")
                .whereLayer("distillates")
                .mayOnlyAccessLayers("base")
                .check(CLASSES);
    }

    @Test
    void theStorageEngineIsBuiltInOneDirection() {
        layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage("io.distil.storage..")
                .layer("ring")
                .definedBy("io.distil.storage.ring..")
                .layer("segment")
                .definedBy("io.distil.storage.segment..")
                .layer("codec")
                .definedBy("io.distil.storage.codec..")
                .layer("tree")
                .definedBy("io.distil.storage.tree..")
                .layer("keyed")
                .definedBy("io.distil.storage.keyed..")
                .layer("store")
                .definedBy("io.distil.storage.store..")
                .whereLayer("ring")
                .mayNotAccessAnyLayer()
                .whereLayer("segment")
                .mayOnlyAccessLayers("ring")
                .whereLayer("codec")
                .mayNotAccessAnyLayer()
                .whereLayer("tree")
                .mayOnlyAccessLayers("codec", "segment")
                .whereLayer("keyed")
                .mayOnlyAccessLayers("segment")
                .check(CLASSES);
    }

    @Test
    void noPackagesImportEachOtherInACircle() {
        slices().matching("io.distil.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void onlyTheRingKnowsFilesOnTheDataPath() {
        ArchRuleDefinition.noClasses()
                .that()
                .resideInAnyPackage(
                        "io.distil.storage.segment..",
                        "io.distil.storage.codec..",
                        "io.distil.storage.tree..",
                        "io.distil.storage.keyed..",
                        "io.distil.storage.store..",
                        "io.distil.pqm..",
                        "io.distil.replication..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.nio.file.Files")
                .orShould()
                .dependOnClassesThat()
                .resideInAPackage("java.nio.channels..")
                .check(CLASSES);
    }

    @Test
    void onlyTheReplicatedLogKnowsRatis() {
        ArchRuleDefinition.noClasses()
                .that()
                .resideOutsideOfPackage("io.distil.replication.raft..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.ratis..")
                .check(CLASSES);
    }
}
