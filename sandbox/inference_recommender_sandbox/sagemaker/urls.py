"""Where moto finds the responses of the sandbox's backend: it derives this module's name from the backend's."""

from moto.sagemaker.urls import url_bases

from .responses import InferenceRecommenderResponse

__all__ = ["url_bases", "url_paths"]

url_paths = {"{0}/$": InferenceRecommenderResponse.dispatch}
