"""Disclosures as OCDS 1.1: releases, compiled records, packages, and the extension for what OCDS lacks."""
